package dev.vivace.answer;

import dev.vivace.json.JsonException;
import dev.vivace.json.JsonReader;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/**
 * How a stream of chat chunks ends. Several servers never send {@code [DONE]}: there it is whole if
 * every choice has finished. Not thread-safe.
 */
final class ChatEnd {
    private static final byte[] CHOICES = "choices".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] INDEX = "index".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] FINISH = "finish_reason".getBytes(StandardCharsets.US_ASCII);

    /** By the digits of its index, whether a choice has finished. */
    private final Map<String, Boolean> choices = new HashMap<>();

    private ChatEnd() {}

    static StreamEnd of(byte[] tail) {
        var events = new LastEvents(tail);
        boolean done = false;
        while (events.previous()) {
            if (!events.event().isDone()) {
                // Some report an error and then say that they are done.
                boolean error = EventGist.of(events.event()).error();
                return error ? StreamEnd.ERROR : done ? StreamEnd.WHOLE : new ChatEnd().end(tail);
            }
            done = true;
        }
        return done ? StreamEnd.WHOLE : StreamEnd.CUT;
    }

    private StreamEnd end(byte[] tail) {
        boolean known = false;
        var events = new SseEvents(tail);
        while (events.next()) {
            known |= events.isObject();
            try {
                chunk(new JsonReader(events.data()));
            } catch (JsonException notJson) {
                continue; // the tail begins anywhere
            }
        }
        boolean finished = !choices.isEmpty() && !choices.containsValue(false);
        return finished || !known ? StreamEnd.WHOLE : StreamEnd.CUT;
    }

    private void chunk(JsonReader in) {
        in.beginObject();
        while (in.nextMember()) {
            if (in.nameIs(CHOICES) && in.peek() == '[') {
                in.beginArray();
                while (in.nextElement()) {
                    choice(in);
                }
            } else {
                in.skipValue();
            }
        }
    }

    private void choice(JsonReader in) {
        String index = "0";
        boolean finished = false;
        in.beginObject();
        while (in.nextMember()) {
            if (in.nameIs(INDEX)) {
                in.readNumber();
                index = in.text();
            } else if (in.nameIs(FINISH) && in.peek() == '"') {
                finished = !in.string().isEmpty();
            } else {
                in.skipValue();
            }
        }
        choices.merge(index, finished, Boolean::logicalOr);
    }
}
