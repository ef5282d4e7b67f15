package dev.vivace.answer;

import java.util.List;

/**
 * The events of a stream from its last one back, for the end says how it ended. Not thread-safe.
 */
final class LastEvents {
    private final byte[] tail;
    private int before;
    private SseEvents event;

    /**
     * @param tail the last bytes, which may begin anywhere
     */
    LastEvents(byte[] tail) {
        this.tail = tail;
        this.before = tail.length;
        this.event = new SseEvents(tail, tail.length);
    }

    /** Goes to the event before, the last at first; false if there is none. */
    boolean previous() {
        while (true) {
            while (before > 0 && SseEvents.isBreak(tail[before - 1])) {
                before--;
            }
            if (before == 0) {
                return false;
            }
            before = SseEvents.startOf(tail, before);
            event = before == 0 ? new SseEvents(tail) : new SseEvents(tail, before);
            if (event.next()) {
                return true;
            }
        }
    }

    SseEvents event() {
        return event;
    }

    /**
     * How a stream ends whose events have types, of which these are the last. What comes after one
     * of them may be anything, as some servers add their own.
     */
    static StreamEnd end(byte[] tail, List<String> types) {
        var events = new LastEvents(tail);
        boolean some = false;
        while (events.previous()) {
            if (events.event.isDone()) {
                continue; // some write it after the events of any protocol
            }
            EventGist gist = EventGist.of(events.event);
            if (gist.error()) {
                return StreamEnd.ERROR;
            }
            boolean foreign = !some && !gist.silent() && !events.event.isObject();
            if (foreign || types.contains(gist.type())) {
                return StreamEnd.WHOLE;
            }
            some |= !gist.silent();
        }
        return StreamEnd.CUT;
    }
}
