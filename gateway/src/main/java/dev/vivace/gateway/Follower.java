package dev.vivace.gateway;

import dev.vivace.answer.AnswerLog;
import dev.vivace.answer.AnswerLog.State;
import dev.vivace.answer.Failure;
import dev.vivace.answer.Head;
import dev.vivace.line.Settlement;
import io.netty.channel.EventLoop;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Writes a log to a client as it grows. What arrived together is written together: however often
 * the log wakes it, it pumps once a turn of the event loop. It reads no further while the client's
 * socket is full, and leaves the log when the client leaves.
 *
 * <p>Used on one event loop; only {@link #wake} may come from elsewhere.
 */
final class Follower {
    /** How a caller wants somebody's answer: as it comes, or made into something else. */
    interface Translation {
        /** Whether the answer can only be translated when it is whole. */
        boolean needsWhole(Head head);

        /**
         * Translates all (if {@link #needsWhole}) or what came last; null if the whole is no sound
         * answer.
         */
        byte @Nullable [] translate(Head head, byte[] bytes, boolean last);

        /** The content type of what it makes; the upstream's own if null. */
        @Nullable String contentType(Head head);
    }

    /**
     * Short answers that are not streams are written in one piece, so that an upstream that breaks
     * off is a clean error.
     */
    private static final long HOLD = 256 << 10;

    private static final Failure BROKEN_OFF =
            new Failure(Failure.Kind.BROKEN, "The upstream's answer broke off.");
    private static final Failure UNSOUND =
            new Failure(
                    Failure.Kind.BROKEN,
                    "The upstream's answer to an identical call, which this one joined, was not whole.");

    private static final Failure TOO_LONG =
            new Failure(
                    Failure.Kind.BROKEN,
                    "The answer of an identical call, which this one joined, is too long to be brought"
                            + " into another form.");

    /** Most that is held of an answer that must be whole before it can be translated. */
    private static final long MAX_HELD = 32 << 20;

    private final Exchange exchange;
    private final EventLoop loop;
    private final @Nullable Translation translation;
    private final boolean holdShort;
    private final Introduction introduction;
    private final BiConsumer<Integer, String> onEnd;
    private AnswerLog.@Nullable Reader reader;
    private final ByteArrayOutputStream held = new ByteArrayOutputStream(0);
    private volatile boolean scheduled;
    private boolean begun;
    private boolean done;

    /** Writes the headers that say what we did; when the first byte is about to leave. */
    interface Introduction {
        void write(Head head, boolean whole);
    }

    /**
     * @param holdShort whether an answer that is no stream waits until it is whole, if it is short
     * @param onEnd told once how it ended: the status that the client got, 499 if it left, and what
     *     went wrong
     */
    Follower(
            Exchange exchange,
            EventLoop loop,
            @Nullable Translation translation,
            boolean holdShort,
            Introduction introduction,
            BiConsumer<Integer, String> onEnd) {
        this.exchange = exchange;
        this.loop = loop;
        this.translation = translation;
        this.holdShort = holdShort;
        this.introduction = introduction;
        this.onEnd = onEnd;
    }

    /** Begins to read. */
    void follow(AnswerLog.Reader from) {
        reader = from;
        exchange.response.exceptionHandler(gone -> left());
        exchange.response.closeHandler(gone -> left());
        exchange.response.drainHandler(nothing -> pump());
        pump();
    }

    /** There is something to read, perhaps. From any thread. */
    void wake() {
        if (!scheduled) {
            scheduled = true;
            loop.execute(this::pump);
        }
    }

    private void left() {
        AnswerLog.Reader from = reader;
        if (!done && from != null) {
            done = true;
            from.close();
            exchange.over();
            onEnd.accept(499, "the client left");
        }
    }

    private void pump() {
        scheduled = false;
        AnswerLog.Reader from = reader;
        if (done || from == null || exchange.response.writeQueueFull()) {
            return;
        }
        AnswerLog log = from.log();
        // The state first: what is read after an end was seen is all there is.
        State state = log.state();
        Head head = log.head().orElse(null);
        if (head == null) {
            if (state == State.FAILED) {
                failed(log.failure().orElse(BROKEN_OFF), null);
            }
            return;
        }
        byte[] fresh = from.next();
        if (state == State.FAILED) {
            if (begun) {
                write(head, fresh);
            }
            failed(log.failure().orElse(BROKEN_OFF), head);
        } else if (state == State.COMPLETE) {
            complete(head, fresh);
        } else if (waits(head, log)) {
            if (fresh != null) {
                held.writeBytes(fresh);
            }
            if (held.size() > MAX_HELD) {
                failed(TOO_LONG, head);
            }
        } else {
            write(head, fresh);
        }
    }

    private boolean waits(Head head, AnswerLog log) {
        if (begun) {
            return false;
        }
        if (translation != null && translation.needsWhole(head)) {
            return true;
        }
        return holdShort && !head.streamed() && log.written() <= HOLD;
    }

    private byte[] heldAnd(byte @Nullable [] fresh) {
        if (held.size() == 0) {
            return fresh == null ? new byte[0] : fresh;
        }
        if (fresh != null) {
            held.writeBytes(fresh);
        }
        byte[] all = held.toByteArray();
        held.reset();
        return all;
    }

    private void complete(Head head, byte @Nullable [] fresh) {
        byte[] rest = heldAnd(fresh);
        if (translation != null) {
            byte[] translated = translation.translate(head, rest, true);
            if (translated == null) {
                failed(UNSOUND, head);
                return;
            }
            rest = translated;
        }
        if (!begun) {
            begin(head, true);
        }
        finish(head.status(), "");
        boolean bodiless =
                exchange.request.method() == HttpMethod.HEAD
                        || head.status() == 204
                        || head.status() == 304;
        if (bodiless) {
            head.header("content-length")
                    .ifPresent(
                            length -> exchange.headers().set(HttpHeaders.CONTENT_LENGTH, length));
            exchange.response.end();
        } else {
            exchange.response.end(Exchange.wrap(rest));
        }
    }

    private void write(Head head, byte @Nullable [] fresh) {
        byte @Nullable [] bytes = heldAnd(fresh);
        if (translation != null) {
            bytes = translation.translate(head, bytes, false);
        }
        if (bytes == null || bytes.length == 0) {
            return;
        }
        if (!begun) {
            begin(head, false);
            var length = head.header("content-length");
            if (length.isPresent() && translation == null) {
                exchange.headers().set(HttpHeaders.CONTENT_LENGTH, length.get());
            } else {
                exchange.response.setChunked(true);
            }
        }
        exchange.response.write(Exchange.wrap(bytes));
    }

    private void begin(Head head, boolean whole) {
        begun = true;
        exchange.head(head);
        String type = translation == null ? null : translation.contentType(head);
        if (type != null) {
            exchange.headers().remove("content-encoding");
            exchange.headers().set(HttpHeaders.CONTENT_TYPE, type);
        }
        introduction.write(head, whole);
    }

    /**
     * Before the first byte an error answer; after it, an error event if it is a stream, and the
     * connection is cut.
     */
    private void failed(Failure failure, @Nullable Head head) {
        int status = Settlement.status(failure);
        if (!begun) {
            finish(status, failure.message());
            introduction.write(head == null ? new Head(status, List.of()) : head, true);
            exchange.refuse(status, failure.message());
            return;
        }
        finish(status, failure.message());
        if (head != null && head.streamed()) {
            exchange.response
                    .write(Exchange.wrap(exchange.errors.event(status, failure.message())))
                    .onComplete(written -> exchange.request.connection().close());
        } else {
            exchange.request.connection().close();
        }
    }

    private void finish(int status, String error) {
        done = true;
        AnswerLog.Reader from = reader;
        if (from != null) {
            from.close();
        }
        exchange.over();
        onEnd.accept(status, error);
    }
}
