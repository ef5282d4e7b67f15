package dev.vivace.answer;

import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The events of a message, put together. Not thread-safe. */
final class MessagesAssembly {
    private ObjectNode message = Json.object();
    private final TreeMap<Integer, DeltaSum> blocks = new TreeMap<>();
    private final Map<Integer, StringBuilder> inputs = new HashMap<>();

    private MessagesAssembly() {}

    static byte[] assemble(byte[] stream) {
        MessagesAssembly assembly = new MessagesAssembly();
        SseEvents events = new SseEvents(stream);
        while (events.next() && !events.isDone()) {
            assembly.add(Json.readObject(events.data()));
        }
        return Json.write(assembly.message());
    }

    private void add(ObjectNode event) {
        int index = event.path("index").asInt(-1);
        switch (Json.string(event, "type")) {
            case "message_start" -> message = Json.object(event, "message");
            case "content_block_start" ->
                    blocks.put(index, new DeltaSum().add(Json.object(event, "content_block")));
            case "content_block_delta" -> delta(index, Json.object(event, "delta"));
            case "message_delta" -> messageDelta(event);
            default -> {}
        }
    }

    private void delta(int index, ObjectNode delta) {
        DeltaSum block = blocks.computeIfAbsent(index, i -> new DeltaSum());
        if (delta.has("partial_json")) {
            inputs.computeIfAbsent(index, i -> new StringBuilder())
                    .append(Json.string(delta, "partial_json"));
        } else if (delta.has("citation")) {
            block.add("citations", Json.array().add(delta.get("citation")));
        } else {
            // A text, a thought, a signature, or a kind that we do not know: each names the member
            // that it adds to.
            delta.remove("type");
            block.add(delta);
        }
    }

    private void messageDelta(ObjectNode event) {
        set(message, Json.object(event, "delta"));
        ObjectNode usage = Json.object(message, "usage");
        set(usage, Json.object(event, "usage"));
        if (!usage.isEmpty()) {
            message.set("usage", usage);
        }
        for (var member : event.properties()) {
            switch (member.getKey()) {
                case "type", "delta", "usage" -> {}
                default -> message.set(member.getKey(), member.getValue());
            }
        }
    }

    private static void set(ObjectNode to, ObjectNode from) {
        for (var member : from.properties()) {
            if (!member.getValue().isNull() || !to.has(member.getKey())) {
                to.set(member.getKey(), member.getValue());
            }
        }
    }

    private ObjectNode message() {
        inputs.forEach((index, json) -> {
            DeltaSum block = blocks.get(index);
            if (block != null && !json.isEmpty()) {
                block.put("input", Json.readObject(json));
            }
        });
        ArrayNode content = Json.array();
        blocks.values().forEach(block -> content.add(block.toNode()));
        message.put("type", "message");
        message.set("content", content);
        return message;
    }
}
