package dev.vivace.answer;

import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The chunks of a chat completion, put together. Not thread-safe. */
final class ChatAssembly {
    /** What belongs to chunks alone; the second pads them to a common length. */
    private static final Set<String> OF_CHUNKS =
            Set.of("object", "obfuscation", "choices", "usage");

    /** Azure's first chunk has these too, but empty. */
    private static final Set<String> FIRST_COUNTS = Set.of("id", "created", "model");

    private final ObjectNode top = Json.object();
    private final TreeMap<Integer, Choice> choices = new TreeMap<>();
    private JsonNode usage = Json.nil();

    private ChatAssembly() {}

    static byte[] assemble(byte[] stream) {
        ChatAssembly assembly = new ChatAssembly();
        SseEvents events = new SseEvents(stream);
        while (events.next() && !events.isDone()) {
            assembly.add(Json.readObject(events.data()));
        }
        return Json.write(assembly.completion());
    }

    private void add(ObjectNode chunk) {
        chunk.properties().forEach(member -> top(member.getKey(), member.getValue()));
        if (Json.has(chunk, "usage")) {
            usage = chunk.get("usage");
        }
        for (JsonNode part : Json.array(chunk, "choices")) {
            int index = part.path("index").asInt(0);
            choices.computeIfAbsent(index, Choice::new).add(part);
        }
    }

    private void top(String name, JsonNode value) {
        boolean keep =
                FIRST_COUNTS.contains(name)
                        ? isBlank(top.get(name))
                        : !value.isNull() || !top.has(name);
        if (keep && !OF_CHUNKS.contains(name)) {
            top.set(name, value);
        }
    }

    private static boolean isBlank(@Nullable JsonNode value) {
        return value == null || value.isNull() || value.asString("").matches("0?");
    }

    private ObjectNode completion() {
        ObjectNode completion = Json.object();
        move("id", completion);
        completion.put("object", "chat.completion");
        move("created", completion);
        move("model", completion);
        ArrayNode list = completion.putArray("choices");
        choices.values().forEach(choice -> list.add(choice.toNode()));
        if (!usage.isNull()) {
            completion.set("usage", usage);
        }
        completion.setAll(top);
        return completion;
    }

    private void move(String name, ObjectNode to) {
        JsonNode value = top.remove(name);
        if (value != null) {
            to.set(name, value);
        }
    }

    /** One choice. Its message is the sum of its deltas; tool calls are summed by their index. */
    private static final class Choice {
        private final int index;
        private final DeltaSum message = new DeltaSum();
        private final TreeMap<Integer, DeltaSum> toolCalls = new TreeMap<>();
        private final DeltaSum logprobs = new DeltaSum();
        private final ObjectNode others = Json.object();

        Choice(int index) {
            this.index = index;
            message.put("role", Json.text("assistant"));
            message.put("content", Json.nil());
        }

        void add(JsonNode part) {
            Json.object(part, "delta").properties().forEach(m -> delta(m.getKey(), m.getValue()));
            if (part.has("logprobs")) {
                logprobs.add("logprobs", part.get("logprobs"));
            }
            part.properties().forEach(m -> other(m.getKey(), m.getValue()));
        }

        private void delta(String name, JsonNode value) {
            if (name.equals("tool_calls") && value instanceof ArrayNode calls && !calls.isEmpty()) {
                calls.forEach(this::toolCall);
            } else {
                message.add(name, value);
            }
        }

        /**
         * Some upstreams leave out the index: then an id begins a call, and what has none continues
         * the last.
         */
        private void toolCall(JsonNode part) {
            if (!(part instanceof ObjectNode delta)) {
                return;
            }
            int last = toolCalls.isEmpty() ? -1 : toolCalls.lastKey();
            boolean begins = last < 0 || !Json.string(delta, "id").isEmpty();
            int key = delta.path("index").asInt(begins ? last + 1 : last);
            delta.remove("index");
            toolCalls.computeIfAbsent(key, k -> new DeltaSum()).add(delta);
        }

        private void other(String name, JsonNode value) {
            boolean ours = name.equals("index") || name.equals("delta") || name.equals("logprobs");
            if (!ours && (!value.isNull() || !others.has(name))) {
                others.set(name, value);
            }
        }

        ObjectNode toNode() {
            if (!toolCalls.isEmpty()) {
                ArrayNode calls = Json.array();
                toolCalls.values().forEach(call -> calls.add(call.toNode()));
                message.put("tool_calls", calls);
            }
            ObjectNode choice = Json.object();
            choice.put("index", index);
            choice.set("message", message.toNode());
            choice.setAll(logprobs.toNode());
            choice.setAll(others);
            return choice;
        }
    }
}
