package dev.vivace.answer;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.StringNode;

/** A message as the events that would have made it. Not thread-safe. */
final class MessagesEvents {
    private final SseWriter out = new SseWriter();
    private int index;

    private MessagesEvents() {}

    static byte[] of(ObjectNode message) {
        MessagesEvents events = new MessagesEvents();
        events.write(message);
        return events.out.toBytes();
    }

    private void write(ObjectNode message) {
        send("message_start", Json.object().set("message", begun(message)));
        for (JsonNode block : Json.array(message, "content")) {
            block((ObjectNode) block);
            index++;
        }
        ObjectNode delta = Json.object();
        for (String name : new String[] {"stop_reason", "stop_sequence"}) {
            if (message.has(name)) {
                delta.set(name, message.get(name));
            }
        }
        ObjectNode end = Json.object();
        end.set("delta", delta);
        if (Json.has(message, "usage")) {
            end.set("usage", message.get("usage"));
        }
        send("message_delta", end);
        send("message_stop", Json.object());
    }

    /** The message before it had anything. */
    private static ObjectNode begun(ObjectNode message) {
        ObjectNode begun = message.deepCopy();
        begun.putArray("content");
        begun.putNull("stop_reason");
        if (begun.has("stop_sequence")) {
            begun.putNull("stop_sequence");
        }
        if (begun.get("usage") instanceof ObjectNode usage && usage.has("output_tokens")) {
            usage.put("output_tokens", 0);
        }
        return begun;
    }

    private void block(ObjectNode block) {
        switch (Json.string(block, "type")) {
            case "text" -> text(block);
            case "thinking" -> thinking(block);
            case "tool_use", "server_tool_use", "mcp_tool_use" -> toolUse(block);
            default -> start(block);
        }
        send("content_block_stop", place());
    }

    private void text(ObjectNode block) {
        ObjectNode begun = block.deepCopy();
        empty(begun, "text");
        if (begun.get("citations") instanceof ArrayNode) {
            begun.putArray("citations");
        }
        start(begun);
        for (JsonNode citation : Json.array(block, "citations")) {
            delta("citations_delta", "citation", citation);
        }
        pieces(block, "text", "text_delta");
    }

    private void thinking(ObjectNode block) {
        ObjectNode begun = block.deepCopy();
        empty(begun, "thinking");
        empty(begun, "signature");
        start(begun);
        pieces(block, "thinking", "thinking_delta");
        if (!Json.string(block, "signature").isEmpty()) {
            delta("signature_delta", "signature", block.get("signature"));
        }
    }

    private void toolUse(ObjectNode block) {
        if (!(block.get("input") instanceof ObjectNode input)) {
            start(block);
            return;
        }
        ObjectNode begun = block.deepCopy();
        begun.putObject("input");
        start(begun);
        delta("input_json_delta", "partial_json", Json.text(""));
        if (!input.isEmpty()) {
            for (String piece : Pieces.of(Json.writeText(input))) {
                delta("input_json_delta", "partial_json", Json.text(piece));
            }
        }
    }

    private void pieces(ObjectNode block, String member, String type) {
        Pieces.of(Json.string(block, member))
                .forEach(piece -> delta(type, member, Json.text(piece)));
    }

    private static void empty(ObjectNode block, String member) {
        if (block.get(member) instanceof StringNode) {
            block.put(member, "");
        }
    }

    private void start(ObjectNode block) {
        send("content_block_start", place().set("content_block", block));
    }

    private void delta(String type, String member, JsonNode value) {
        ObjectNode delta = Json.object();
        delta.put("type", type);
        delta.set(member, value);
        send("content_block_delta", place().set("delta", delta));
    }

    private ObjectNode place() {
        return Json.object().put("index", index);
    }

    private void send(String name, JsonNode members) {
        ObjectNode event = Json.object();
        event.put("type", name);
        event.setAll((ObjectNode) members);
        out.event(name, event);
    }
}
