package dev.vivace.answer;

import dev.vivace.json.JsonException;
import dev.vivace.json.JsonReader;
import java.nio.charset.StandardCharsets;
import java.util.Set;

/**
 * What one event is to the course of its stream.
 *
 * @param type its name, or else the type that its object has; empty for chunks of a chat
 * @param error whether it reports an error
 * @param silent whether it says nothing of the answer: it only keeps the connection alive, or is a
 *     chunk of a chat without choices, as some servers send before they ask the model
 */
record EventGist(String type, boolean error, boolean silent) {
    /** Of an event that is there, and says nothing else. */
    static final EventGist NOTHING = new EventGist("", false, false);

    private static final byte[] TYPE = "type".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] OBJECT = "object".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] ERROR = "error".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] CHOICES = "choices".getBytes(StandardCharsets.US_ASCII);

    /** Names that say nothing: what the standard calls an event without one, and the like. */
    private static final Set<String> ANY = Set.of("", "message", "data", "chunk");

    private static final Set<String> KEEPS_ALIVE =
            Set.of("ping", "keepalive", "keep-alive", "keep_alive", "heartbeat");

    /** Of the event that was read last. Data that is not JSON says nothing. */
    static EventGist of(SseEvents event) {
        String name = event.name();
        return ANY.contains(name) ? ofData(event.data()) : of(name, false, false);
    }

    private static EventGist of(String type, boolean error, boolean silent) {
        return new EventGist(
                type, error || type.equals("error"), silent || KEEPS_ALIVE.contains(type));
    }

    private static EventGist ofData(byte[] data) {
        String type = "";
        boolean error = false;
        boolean silent = isBlank(data);
        try {
            var reader = new JsonReader(data);
            reader.beginObject();
            while (reader.nextMember()) {
                byte next = reader.peek();
                if (reader.nameIs(TYPE) && next == '"') {
                    type = reader.string();
                } else if (reader.nameIs(OBJECT) && next == '"') {
                    error |= reader.string().equals("error"); // as older versions of vLLM have it
                } else if (reader.nameIs(ERROR) && next == '"') {
                    error |= !reader.string().isEmpty();
                } else if (reader.nameIs(ERROR) && next == '{') {
                    reader.beginObject();
                    while (reader.nextMember()) {
                        error = true;
                        reader.skipValue();
                    }
                } else if (reader.nameIs(CHOICES) && next == '[') {
                    reader.beginArray();
                    silent = true;
                    while (reader.nextElement()) {
                        silent = false;
                        reader.skipValue();
                    }
                } else {
                    reader.skipValue();
                }
            }
        } catch (JsonException notJson) {
            return of(type, error, silent);
        }
        return of(type, error, silent);
    }

    private static boolean isBlank(byte[] data) {
        for (byte b : data) {
            if (b != ' ' && b != '\t' && b != '\n') {
                return false;
            }
        }
        return true;
    }
}
