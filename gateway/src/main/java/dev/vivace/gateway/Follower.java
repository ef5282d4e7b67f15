package dev.vivace.gateway;

import dev.vivace.answer.AnswerLog;
import dev.vivace.answer.AnswerLog.State;
import dev.vivace.answer.Failure;
import dev.vivace.answer.Head;
import dev.vivace.line.Call;
import dev.vivace.line.Crash;
import dev.vivace.line.Settlement;
import io.netty.channel.EventLoop;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import java.util.List;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Writes a log to a client as it grows. What arrived together is written together: however often
 * the log wakes it, it pumps once a turn of the event loop. It reads no further while the client's
 * socket is full, and leaves the log when the client leaves. It holds nothing itself: what has to
 * wait for the rest stays in the log, within the log's bounds.
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
         * answer, or a part is too long.
         */
        byte @Nullable [] translate(Head head, byte[] bytes, boolean last);

        /** The content type of what it makes; the upstream's own if null. */
        @Nullable String contentType(Head head);
    }

    /** Writes the headers that say what we did; when the first byte is about to leave. */
    interface Introduction {
        void write(Head head, boolean whole);
    }

    /**
     * Short answers that are not streams are written in one piece, so that an upstream that breaks
     * off is a clean error.
     */
    private static final long HOLD = AnswerLog.WINDOW;

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
    private static final Failure NO_ROOM =
            new Failure(
                    Failure.Kind.NO_ROOM,
                    "There is no room for the answer of an identical call, which this one joined, to"
                            + " be brought into another form (limits.in-flight).");

    private final Exchange exchange;
    private final Call call;
    private final EventLoop loop;
    private final @Nullable Translation translation;
    private final boolean holdShort;
    private final Introduction introduction;
    private final BiConsumer<Integer, String> onEnd;
    private AnswerLog.@Nullable Reader reader;
    private volatile boolean scheduled;
    private boolean begun;
    private boolean done;

    /**
     * @param holdShort whether an answer that is no stream waits until it is whole, if it is short
     * @param onEnd told once how it ended, before the log is left: the status that the client got,
     *     499 if it left, and what went wrong
     */
    Follower(
            Exchange exchange,
            Call call,
            EventLoop loop,
            @Nullable Translation translation,
            boolean holdShort,
            Introduction introduction,
            BiConsumer<Integer, String> onEnd) {
        this.exchange = exchange;
        this.call = call;
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
        if (exchange.response.closed()) {
            left();
        } else {
            pump();
        }
    }

    /** There is something to read, perhaps. From any thread. */
    void wake() {
        if (!scheduled) {
            scheduled = true;
            loop.execute(this::pump);
        }
    }

    private void left() {
        if (!done && reader != null) {
            finish(Settlement.CLIENT_LEFT, exchange.whyLeft());
        }
    }

    /** All that happens after the beginning happens here, but for a client's leaving. */
    private void pump() {
        scheduled = false;
        AnswerLog.Reader from = reader;
        try {
            while (!done && from != null && !exchange.full() && step(from)) {}
        } catch (RuntimeException | Error e) {
            boolean late = done;
            exchange.crashed(call, e);
            if (!late) {
                finish(Crash.STATUS, Crash.MESSAGE);
            }
        }
    }

    /** Writes what there is, within bounds; whether there may be more. */
    private boolean step(AnswerLog.Reader from) {
        AnswerLog log = from.log();
        // The state first: what is read after an end was seen is all there is.
        State state = log.state();
        Head head = log.head().orElse(null);
        if (state == State.FAILED && !begun) {
            failed(log.failure().orElse(BROKEN_OFF), head);
            return false;
        }
        if (head == null || state == State.OPEN && waits(head, from)) {
            return false;
        }
        byte[] fresh = !begun && needsWhole(head) ? from.next() : from.next(AnswerLog.WINDOW);
        boolean more = fresh != null && from.more();
        if (more || state == State.OPEN) {
            write(head, fresh);
        } else if (state == State.COMPLETE) {
            complete(head, fresh);
        } else {
            write(head, fresh);
            failed(log.failure().orElse(BROKEN_OFF), head);
        }
        return more;
    }

    private boolean needsWhole(Head head) {
        return translation != null && translation.needsWhole(head);
    }

    private boolean waits(Head head, AnswerLog.Reader from) {
        if (begun) {
            return false;
        }
        AnswerLog log = from.log();
        if (needsWhole(head)) {
            from.gather();
            if (log.written() > AnswerLog.LAG) {
                failed(TOO_LONG, head);
            } else if (log.crowded()) {
                failed(NO_ROOM, head);
            }
            return true;
        }
        return holdShort && !head.streamed() && log.written() <= HOLD && !log.crowded();
    }

    private void complete(Head head, byte @Nullable [] fresh) {
        byte[] rest = fresh == null ? new byte[0] : fresh;
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
            exchange.end(rest);
        }
    }

    private void write(Head head, byte @Nullable [] fresh) {
        if (fresh == null || fresh.length == 0) {
            return;
        }
        byte[] bytes = fresh;
        if (translation != null) {
            byte[] translated = translation.translate(head, fresh, false);
            if (translated == null) {
                failed(TOO_LONG, head);
                return;
            }
            bytes = translated;
        }
        if (bytes.length == 0) {
            return;
        }
        if (!begun) {
            begin(head, false);
            var length = head.header("content-length");
            // Not of a stream: if it breaks off, an error event follows, for which there must be
            // room.
            if (length.isPresent() && translation == null && !head.streamed()) {
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
        if (done) {
            return;
        }
        int status = Settlement.status(failure);
        finish(status, failure.message());
        if (!begun) {
            introduction.write(head == null ? new Head(status, List.of()) : head, true);
            failure.retryAfter().ifPresent(exchange::retryAfter);
            exchange.refuse(status, failure.message());
        } else if (head != null && head.streamed()) {
            exchange.response
                    .write(Exchange.wrap(exchange.errors.event(status, failure.message())))
                    .onComplete(written -> exchange.close());
            exchange.full();
        } else {
            exchange.close();
        }
    }

    /** What the client got is said before the log is left: its settlement wants to know. */
    private void finish(int status, String error) {
        done = true;
        try {
            onEnd.accept(status, error);
        } finally {
            exchange.over();
            AnswerLog.Reader from = reader;
            if (from != null) {
                from.close();
            }
        }
    }
}
