package dev.vivace.answer;

import java.util.Arrays;
import java.util.TreeMap;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The response that a stream reports on: its last event holds it. */
final class ResponsesAssembly {
    private ResponsesAssembly() {}

    static byte[] assemble(byte[] stream) {
        byte[] response = lastResponse(stream);
        ObjectNode tree = Json.readObject(response);
        if (!Json.array(tree, "output").isEmpty()) {
            return response;
        }
        // Some upstreams send a last event whose response has no output, though items were
        // finished.
        ArrayNode output = finishedItems(stream);
        return output.isEmpty() ? response : Json.write(tree.set("output", output));
    }

    /** The bytes of the last event's response, as they were sent. */
    private static byte[] lastResponse(byte[] stream) {
        int from = 0;
        int to = 0;
        try (JsonEvents events = new JsonEvents(stream)) {
            JsonParser parser = events.parser();
            while (events.next()) {
                for (String name = parser.nextName(); name != null; name = parser.nextName()) {
                    boolean object = parser.nextToken() == JsonToken.START_OBJECT;
                    long start = parser.currentTokenLocation().getByteOffset();
                    parser.skipChildren();
                    if (object && name.equals("response")) {
                        from = Math.toIntExact(start);
                        to = Math.toIntExact(parser.currentLocation().getByteOffset());
                    }
                }
                events.finish();
            }
            return Arrays.copyOfRange(events.data(), from, to);
        }
    }

    private static ArrayNode finishedItems(byte[] stream) {
        TreeMap<Integer, JsonNode> items = new TreeMap<>();
        SseEvents events = new SseEvents(stream);
        while (events.next() && !events.isDone()) {
            ObjectNode event = Json.readObject(events.data());
            if (Json.string(event, "type").equals("response.output_item.done")
                    && event.get("item") instanceof ObjectNode item) {
                items.put(event.path("output_index").asInt(items.size()), item);
            }
        }
        return Json.array().addAll(items.values());
    }
}
