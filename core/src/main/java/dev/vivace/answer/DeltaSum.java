package dev.vivace.answer;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.StringNode;

/**
 * What the deltas of one object add up to, as the official clients add them: strings are joined,
 * arrays appended, objects added member by member, and of anything else the last value counts. A
 * null changes nothing that is there. Not thread-safe.
 */
final class DeltaSum {
    /** Strings that are sent whole each time. */
    private static final Set<String> NAMES = Set.of("id", "type", "role");

    /** Each a StringBuilder, a DeltaSum, an ArrayNode of our own, or another node. */
    private final Map<String, Object> members = new LinkedHashMap<>();

    DeltaSum add(ObjectNode delta) {
        delta.properties().forEach(member -> add(member.getKey(), member.getValue()));
        return this;
    }

    void add(String name, JsonNode value) {
        Object before = members.get(name);
        switch (value) {
            case StringNode s when NAMES.contains(name) -> {
                if (before == null || !s.stringValue().isEmpty()) {
                    members.put(name, s);
                }
            }
            case StringNode s when before instanceof StringBuilder text ->
                    text.append(s.stringValue());
            case StringNode s -> members.put(name, new StringBuilder(s.stringValue()));
            case ObjectNode o when before instanceof DeltaSum sum -> sum.add(o);
            case ObjectNode o -> members.put(name, new DeltaSum().add(o));
            case ArrayNode a when before instanceof ArrayNode array -> array.addAll(a);
            case ArrayNode a -> members.put(name, Json.array().addAll(a));
            case JsonNode n when n.isNull() -> members.putIfAbsent(name, n);
            default -> members.put(name, value);
        }
    }

    /** Whatever was there, the member is now this. */
    void put(String name, JsonNode value) {
        members.put(name, value);
    }

    void putIfAbsent(String name, JsonNode value) {
        members.putIfAbsent(name, value);
    }

    ObjectNode toNode() {
        ObjectNode node = Json.object();
        members.forEach((name, value) -> node.set(name, toNode(value)));
        return node;
    }

    private static JsonNode toNode(Object value) {
        return switch (value) {
            case StringBuilder text -> Json.text(text.toString());
            case DeltaSum sum -> sum.toNode();
            case JsonNode node -> node;
            default -> throw new IllegalStateException("no member of a sum: " + value.getClass());
        };
    }
}
