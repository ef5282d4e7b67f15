package dev.vivace.gateway;

import dev.vivace.answer.AnswerForm;
import dev.vivace.answer.StreamEnd;
import dev.vivace.answer.StreamStart;
import dev.vivace.deliver.Cause;
import dev.vivace.deliver.ContextLength;
import dev.vivace.deliver.ErrorEvent;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The events of a stream as they pass: what its beginning says and how it ends. After its first
 * event that says something, and but for those that look odd, it costs nothing. Of one stream, on
 * its event loop.
 */
final class EventFlow {
    private static final byte[] END = {'\n', '\n'};

    private final Optional<AnswerForm> form;
    private final WholeEvents events = new WholeEvents();
    private StreamStart start = StreamStart.SILENT;
    private byte[] last = {};

    /**
     * @param form of the answer; empty if it can be anything
     */
    EventFlow(Optional<AnswerForm> form) {
        this.form = form;
    }

    /** The events that can go on now that these bytes came; perhaps none. */
    byte[] with(byte[] chunk) {
        byte[] whole = events.with(chunk);
        if (whole.length > 0) {
            last = whole;
            if (start instanceof StreamStart.Silent) {
                start = StreamStart.of(whole);
            }
        }
        return whole;
    }

    /** What is held back, for it is no whole event yet. */
    byte[] rest() {
        return events.rest();
    }

    /** Nothing comes any more: what is held back is an event, too. */
    void ended() {
        if (start instanceof StreamStart.Silent && rest().length > 0) {
            start = StreamStart.of(concat(rest(), END));
        }
    }

    /** Whether nothing has come but what keeps the connection alive. */
    boolean silent() {
        return start instanceof StreamStart.Silent;
    }

    /**
     * Why there is no answer, if the first event is an error.
     *
     * @param larger whether it matters that the prompt was too long
     */
    Cause failure(boolean larger) {
        if (!(start instanceof StreamStart.Fails fails)) {
            return Cause.NONE;
        }
        Cause cause = ErrorEvent.cause(fails.data());
        return larger && cause == Cause.REFUSED && ContextLength.exceeded(fails.data())
                ? Cause.TOO_LONG
                : cause;
    }

    /**
     * How it ended.
     *
     * @param written the last bytes that were let through
     */
    StreamEnd ending(Supplier<byte[]> written) {
        if (form.isEmpty()) {
            return StreamEnd.WHOLE;
        }
        if (events.beginningOfLast().length > 0) {
            StreamEnd end = form.get().end(events.beginningOfLast());
            if (end != StreamEnd.CUT) {
                return end;
            }
        }
        // Nearly always the last read has the last event; only where not, more is looked at.
        return form.get()
                .end(
                        concat(last, rest()),
                        () -> concat(written.get(), rest()),
                        events.someTooLong());
    }

    private static byte[] concat(byte[] before, byte[] after) {
        if (after.length == 0) {
            return before;
        }
        byte[] all = Arrays.copyOf(before, before.length + after.length);
        System.arraycopy(after, 0, all, before.length, after.length);
        return all;
    }
}
