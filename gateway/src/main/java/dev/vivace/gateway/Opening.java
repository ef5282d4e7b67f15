package dev.vivace.gateway;

import dev.vivace.answer.AnswerForm;
import dev.vivace.answer.Head;
import dev.vivace.answer.StreamEnd;
import dev.vivace.deliver.Cause;
import dev.vivace.deliver.ContextLength;
import dev.vivace.deliver.RetryAfter;
import dev.vivace.line.UpstreamRequest.Kind;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The beginning of an answer that no client has seen, so that another attempt can still take its
 * place: of a stream all before its first event, comments and pings not counted; of anything else
 * the whole, if it is short.
 */
final class Opening {
    /** What is held of one answer; a longer one is shown as it comes. */
    static final int HOLD = 64 << 10;

    /** For how long a client hears nothing of what keeps its connection alive. */
    static final long LONGEST_SILENCE_NANOS = TimeUnit.SECONDS.toNanos(5);

    private static final String JSON = "application/json";

    private final Kind kind;
    private final Optional<AnswerForm> form;
    private final boolean larger;
    private final LongSupplier nanoTime;
    private final List<byte[]> chunks = new ArrayList<>(2);
    private @Nullable Head head;
    private boolean legible;
    private @Nullable EventFlow events;
    private long since;
    private int size;
    private byte first;
    private byte last;
    private boolean spoiled;

    /**
     * @param kind of its request
     * @param form of the answer; empty if it can be anything
     * @param larger whether there is somebody to ask where a prompt is too long for this one
     */
    Opening(Kind kind, Optional<AnswerForm> form, boolean larger, LongSupplier nanoTime) {
        this.kind = kind;
        this.form = form;
        this.larger = larger;
        this.nanoTime = nanoTime;
    }

    void head(Head came) {
        head = came;
        legible = kind == Kind.MODEL && good(came) && legible(came);
        if (legible && came.streamed()) {
            events = new EventFlow(form);
        }
    }

    /** Of an answer that has begun. */
    Head head() {
        return Objects.requireNonNull(head);
    }

    /** What it says of itself: by its status, or by an error that is its first event. */
    Cause verdict() {
        EventFlow flow = events;
        return flow == null ? Cause.ofStatus(head().status()) : flow.failure(larger);
    }

    /**
     * Whether how soon it began says how the upstream's models do. Of errors, embeddings and files
     * it says nothing.
     */
    boolean timed() {
        return form.isPresent() && good(head()) && verdict() == Cause.NONE;
    }

    /** When the upstream wants to be asked again, if it says so. */
    Optional<Duration> retryAfter() {
        return RetryAfter.of(
                head().header("retry-after"), head().header("retry-after-ms"), Instant.now());
    }

    // ---- until it is shown

    /** Takes what came before anything is shown. */
    void add(byte[] chunk) {
        if (size == 0) {
            since = nanoTime.getAsLong();
        }
        size += chunk.length;
        byte[] next = showable(chunk);
        if (next.length > 0) {
            chunks.add(next);
            broken(next, false);
        }
    }

    /** What was held; no longer after this. */
    List<byte[]> takeChunks() {
        List<byte[]> all = List.copyOf(chunks);
        chunks.clear();
        return all;
    }

    /** Whether there is still time to look at more before anybody sees a part. */
    boolean waits() {
        Head known = head;
        if (known == null) {
            return true;
        }
        if (size > HOLD || kind == Kind.UNSAFE) {
            return false;
        }
        if (good(known)) {
            return kind == Kind.MODEL && (!known.streamed() || silent());
        }
        return kind == Kind.MODEL || Cause.ofStatus(known.status()).elsewhere();
    }

    /**
     * Whether something of the answer itself has come. Events and comments keep the connection of a
     * stream alive, and white space that of an answer that is not one.
     */
    boolean speaks() {
        return events == null ? first != 0 || kind != Kind.MODEL : !events.silent();
    }

    private boolean silent() {
        return events != null && events.silent();
    }

    /** Whether such things came, and it is time that they reach the client. */
    boolean overdue(long now) {
        return !chunks.isEmpty() && silent() && now - since > LONGEST_SILENCE_NANOS;
    }

    /**
     * What is wrong with what came so far.
     *
     * @param whole whether this is all there is
     */
    Cause cause(boolean whole) {
        Head known = head;
        if (known == null) {
            return Cause.BROKEN;
        }
        if (events != null) {
            return ofEvents(events, whole);
        }
        if (good(known)) {
            return !legible || known.streamed() || !whole || size > HOLD || object()
                    ? Cause.NONE
                    : Cause.BROKEN;
        }
        if (larger && (known.status() == 400 || known.status() == 413)) {
            return ContextLength.exceeded(body()) ? Cause.TOO_LONG : Cause.REFUSED;
        }
        return Cause.ofStatus(known.status());
    }

    private Cause ofEvents(EventFlow flow, boolean whole) {
        if (whole) {
            flow.ended();
        }
        Cause failure = flow.failure(larger);
        if (failure != Cause.NONE) {
            return failure;
        }
        boolean cut =
                whole
                        && (size == 0
                                || broken(flow.rest(), true)
                                || flow.ending(this::body) == StreamEnd.CUT);
        return spoiled || cut ? Cause.BROKEN : Cause.NONE;
    }

    /** Whether it says of itself that it is such an answer; anything else is passed on as it is. */
    boolean pretends() {
        return head().streamed()
                || head().header("content-type")
                        .filter(type -> type.regionMatches(true, 0, JSON, 0, JSON.length()))
                        .isPresent();
    }

    private byte[] body() {
        var out = new ByteArrayOutputStream(size);
        chunks.forEach(out::writeBytes);
        return out.toByteArray();
    }

    /**
     * Whether it looks like a JSON object, by both of its ends: a page that some proxy made, or an
     * answer that stops in its middle, does not. Checking all of it would cost what it costs to
     * scan a request.
     */
    private boolean object() {
        return first == '{' && last == '}';
    }

    // ---- when it is shown

    /** What can be shown next, now that these bytes came; perhaps nothing. */
    byte[] showable(byte[] chunk) {
        if (events != null) {
            return events.with(chunk);
        }
        byte end = Ends.last(chunk);
        if (end != 0) {
            first = first == 0 ? Ends.first(chunk) : first;
            last = end;
        }
        return chunk;
    }

    /** What is left to be shown at the end. */
    byte[] rest() {
        return events == null ? new byte[0] : events.rest();
    }

    /**
     * Whether this ends with what is no event.
     *
     * @param last whether nothing comes after it
     */
    boolean broken(byte[] showable, boolean last) {
        boolean odd = events != null && EventEnds.broken(showable, last);
        spoiled |= odd;
        return odd;
    }

    /** What an answer did that is {@link Cause#BROKEN}: the end of a sentence. */
    String fault() {
        if (events != null && !spoiled) {
            return "ended its stream before the answer was whole.";
        }
        String what = head().streamed() ? "event" : "answer";
        return "sent something that is no " + what + " of its protocol.";
    }

    /**
     * How the answer ended: a stream of a known form by its last events, and anything else well.
     *
     * @param written the last bytes that were shown
     */
    StreamEnd ending(Supplier<byte[]> written) {
        return events == null ? StreamEnd.WHOLE : events.ending(written);
    }

    private static boolean legible(Head head) {
        return head.header("content-encoding")
                .orElse("identity")
                .strip()
                .equalsIgnoreCase("identity");
    }

    private static boolean good(Head head) {
        return head.status() >= 200 && head.status() < 300;
    }
}
