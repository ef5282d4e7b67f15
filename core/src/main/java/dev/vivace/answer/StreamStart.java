package dev.vivace.answer;

/**
 * What the beginning of a stream says of it. Comments, pings, events without data and chat chunks
 * without choices say nothing: they come while nobody knows yet what will become of the call.
 */
public sealed interface StreamStart {
    /** Nothing yet. */
    record Silent() implements StreamStart {}

    /** It answers. */
    record Answers() implements StreamStart {}

    /**
     * Its first event is an error.
     *
     * @param data of the event
     */
    record Fails(byte[] data) implements StreamStart {}

    /** What says nothing. */
    StreamStart SILENT = new Silent();

    /** What begins an answer. */
    StreamStart ANSWERS = new Answers();

    /**
     * Looks at the events up to the first that says something.
     *
     * @param events whole ones, of any protocol; what follows them is not looked at
     */
    static StreamStart of(byte[] events) {
        var each = new SseEvents(events);
        while (each.next() && each.complete()) {
            EventGist gist = each.isDone() ? EventGist.NOTHING : EventGist.of(each);
            if (gist.error()) {
                return new Fails(each.data());
            }
            if (!gist.silent()) {
                return ANSWERS;
            }
        }
        return SILENT;
    }
}
