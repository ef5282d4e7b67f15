package dev.vivace.answer;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import tools.jackson.databind.JsonNode;

/** Writes a stream of events. Not thread-safe. */
final class SseWriter {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream(4096);

    /** An event without a name. */
    void event(JsonNode data) {
        text("data: ");
        out.writeBytes(Json.write(data));
        text("\n\n");
    }

    /** An event with a name; of safe characters, as it is a constant. */
    void event(String name, JsonNode data) {
        text("event: ");
        text(name);
        text("\n");
        event(data);
    }

    /** The mark that ends OpenAI's streams. */
    void done() {
        text("data: [DONE]\n\n");
    }

    byte[] toBytes() {
        return out.toByteArray();
    }

    private void text(String text) {
        out.writeBytes(text.getBytes(StandardCharsets.US_ASCII));
    }
}
