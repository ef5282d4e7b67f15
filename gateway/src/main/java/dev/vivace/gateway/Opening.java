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
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The beginning of an answer that no client has seen, so that another attempt can still take its
 * place: of a stream all before its first bytes, of anything else the whole, if it is short.
 */
final class Opening {
    /** What is held of one answer; a longer one is shown as it comes. */
    static final int HOLD = 64 << 10;

    private final Kind kind;
    private final Optional<AnswerForm> form;
    private final boolean larger;
    private final List<byte[]> chunks = new ArrayList<>(2);
    private @Nullable Head head;
    private final WholeEvents events = new WholeEvents();
    private byte[] last = {};
    private int size;

    /**
     * @param kind of its request
     * @param form of the answer; empty if it can be anything
     * @param larger whether there is somebody to ask where a prompt is too long for this one
     */
    Opening(Kind kind, Optional<AnswerForm> form, boolean larger) {
        this.kind = kind;
        this.form = form;
        this.larger = larger;
    }

    void head(Head came) {
        head = came;
    }

    /** Of an answer that has begun. */
    Head head() {
        return Objects.requireNonNull(head);
    }

    /** What its status alone says. */
    Cause byStatus() {
        return Cause.ofStatus(head().status());
    }

    /** When the upstream wants to be asked again, if it says so. */
    Optional<Duration> retryAfter() {
        return RetryAfter.of(
                head().header("retry-after"), head().header("retry-after-ms"), Instant.now());
    }

    /** What can be shown next, now that these bytes came; perhaps nothing. */
    byte[] showable(byte[] chunk) {
        if (!guards()) {
            return chunk;
        }
        byte[] whole = events.with(chunk);
        last = whole.length == 0 ? last : whole;
        return whole;
    }

    /** What is left to be shown at the end. */
    byte[] rest() {
        return events.rest();
    }

    /**
     * Whether this ends with what is no event.
     *
     * @param last whether nothing comes after it
     */
    boolean broken(byte[] showable, boolean last) {
        return guards() && EventEnds.broken(showable, last);
    }

    /**
     * How the answer ended: a stream of a known form by its last events, and anything else well.
     *
     * @param written the last bytes that were shown
     */
    StreamEnd ending(Supplier<byte[]> written) {
        if (form.isEmpty() || !guards()) {
            return StreamEnd.WHOLE;
        }
        // Nearly always the last read has the last event; only where not, more is looked at.
        StreamEnd end = form.get().end(with(last, rest()));
        if (end == StreamEnd.CUT && events.beginningOfLast().length > 0) {
            end = form.get().end(events.beginningOfLast());
        }
        return end == StreamEnd.CUT ? form.get().end(with(written.get(), rest())) : end;
    }

    private static byte[] with(byte[] before, byte[] rest) {
        if (rest.length == 0) {
            return before;
        }
        byte[] all = Arrays.copyOf(before, before.length + rest.length);
        System.arraycopy(rest, 0, all, before.length, rest.length);
        return all;
    }

    /** Whether what follows are events that can be looked at. */
    private boolean guards() {
        return kind == Kind.MODEL && good(head()) && legible(head()) && head().streamed();
    }

    /** Whether it says of itself that it is such an answer; anything else is passed on as it is. */
    boolean pretends() {
        return head().streamed()
                || head().header("content-type")
                        .map(type -> type.toLowerCase(Locale.ROOT).startsWith("application/json"))
                        .orElse(false);
    }

    /** What was held; no longer after this. */
    List<byte[]> takeChunks() {
        List<byte[]> all = List.copyOf(chunks);
        chunks.clear();
        return all;
    }

    void add(byte[] chunk) {
        chunks.add(chunk);
        size += chunk.length;
    }

    /** Whether there is still time to look at the whole before anybody sees a part. */
    boolean waits() {
        Head known = head;
        if (known == null) {
            return true;
        }
        if (size > HOLD || kind == Kind.UNSAFE) {
            return false;
        }
        if (good(known)) {
            return kind == Kind.MODEL && !known.streamed();
        }
        return mayGoElsewhere(known);
    }

    private boolean mayGoElsewhere(Head known) {
        return Cause.ofStatus(known.status()).elsewhere()
                || larger && (known.status() == 400 || known.status() == 413);
    }

    private static boolean legible(Head head) {
        return head.header("content-encoding").isEmpty();
    }

    private static boolean good(Head head) {
        return head.status() >= 200 && head.status() < 300;
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
        if (good(known)) {
            if (kind != Kind.MODEL || !legible(known)) {
                return Cause.NONE;
            }
            return known.streamed() ? ofEvents(whole) : ofObject(whole);
        }
        if (larger && (known.status() == 400 || known.status() == 413)) {
            return ContextLength.exceeded(body()) ? Cause.TOO_LONG : Cause.REFUSED;
        }
        return Cause.ofStatus(known.status());
    }

    private Cause ofEvents(boolean whole) {
        if (EventEnds.beginWithError(first())) {
            return Cause.SERVER_ERROR;
        }
        return EventEnds.broken(first(), whole) || whole && size == 0 ? Cause.BROKEN : Cause.NONE;
    }

    private Cause ofObject(boolean whole) {
        return whole && size <= HOLD && !object() ? Cause.BROKEN : Cause.NONE;
    }

    private byte[] first() {
        return chunks.isEmpty() ? new byte[0] : chunks.getFirst();
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
        return !chunks.isEmpty()
                && Ends.first(chunks.getFirst()) == '{'
                && Ends.last(chunks.getLast()) == '}';
    }
}
