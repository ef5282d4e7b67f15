package dev.vivace.answer;

import dev.vivace.json.JsonException;
import dev.vivace.json.JsonReader;
import java.nio.charset.StandardCharsets;

/**
 * What one event is to the course of its stream.
 *
 * @param type its name, or else the type that its object has; empty for chunks of a chat
 * @param error whether it reports an error
 */
record EventGist(String type, boolean error) {
    /** Of an event that says nothing else. */
    static final EventGist NOTHING = new EventGist("", false);

    private static final byte[] TYPE = "type".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] OBJECT = "object".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] ERROR = "error".getBytes(StandardCharsets.US_ASCII);

    /** What the standard calls an event without a name. */
    private static final String UNNAMED = "message";

    /** Of the event that was read last. Data that is not JSON says nothing. */
    static EventGist of(SseEvents event) {
        String name = event.name();
        return name.isEmpty() || name.equals(UNNAMED)
                ? ofData(event.data())
                : new EventGist(name, name.equals("error"));
    }

    /** Whether it only keeps the connection alive. */
    boolean ping() {
        return type.equals("ping");
    }

    private static EventGist ofData(byte[] data) {
        boolean error = false;
        try {
            var reader = new JsonReader(data);
            reader.beginObject();
            while (reader.nextMember()) {
                if (reader.nameIs(TYPE) && reader.peek() == '"') {
                    String type = reader.string();
                    return new EventGist(type, type.equals("error"));
                }
                error |= reader.nameIs(ERROR) && reader.peek() != 'n';
                boolean object = reader.nameIs(OBJECT) && reader.peek() == '"';
                reader.skipValue();
                error |= object && reader.nameIs(ERROR); // as older versions of vLLM have it
            }
        } catch (JsonException notJson) {
            return new EventGist("", error);
        }
        return new EventGist("", error);
    }
}
