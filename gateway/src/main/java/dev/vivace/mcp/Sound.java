package dev.vivace.mcp;

import java.time.DateTimeException;
import java.time.OffsetDateTime;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Makes of what a server lists what can be listed to others. Clients check a list as a whole, and
 * some of them strictly: one element that is wrong would hide those of all servers. So what may be
 * missing and is wrong is taken out, and an element that lacks what it needs is left out. What the
 * protocol does not know is nobody's to check, and stays.
 */
final class Sound {
    private static final int LONGEST_KEY = 8_192;

    private static final Map<String, Predicate<JsonNode>> COMMON =
            Map.of(
                    "title", JsonNode::isString,
                    "description", JsonNode::isString,
                    "icons", icons -> each(icons, icon -> icon.path("src").isString()),
                    "_meta", JsonNode::isObject);
    private static final Map<String, Predicate<JsonNode>> TOOL =
            Map.of(
                    "annotations", JsonNode::isObject,
                    "execution", JsonNode::isObject,
                    "outputSchema", schema -> problem(schema).isEmpty());
    private static final Map<String, Predicate<JsonNode>> RESOURCE =
            Map.of(
                    "mimeType", JsonNode::isString,
                    "annotations", JsonNode::isObject,
                    "size", JsonNode::isNumber);
    private static final Map<String, Predicate<JsonNode>> PROMPT =
            Map.of("arguments", JsonNode::isArray);
    private static final Map<String, Predicate<JsonNode>> ARGUMENT =
            Map.of(
                    "title", JsonNode::isString,
                    "description", JsonNode::isString,
                    "required", JsonNode::isBoolean);
    private static final Map<String, Predicate<JsonNode>> ICON =
            Map.of(
                    "mimeType", JsonNode::isString,
                    "sizes", sizes -> each(sizes, JsonNode::isString),
                    "theme", theme -> oneOf(theme, Set.of("light", "dark")));

    /** Of tools and of resources, which have no member in common. */
    private static final Map<String, Predicate<JsonNode>> ANNOTATIONS =
            Map.of(
                    "title", JsonNode::isString,
                    "readOnlyHint", JsonNode::isBoolean,
                    "destructiveHint", JsonNode::isBoolean,
                    "idempotentHint", JsonNode::isBoolean,
                    "openWorldHint", JsonNode::isBoolean,
                    "audience", who -> each(who, one -> oneOf(one, Set.of("user", "assistant"))),
                    "priority",
                            share ->
                                    share.isNumber()
                                            && share.asDouble() >= 0
                                            && share.asDouble() <= 1,
                    "lastModified", Sound::isTime);

    private static final Map<String, Predicate<JsonNode>> EXECUTION =
            Map.of("taskSupport", said -> oneOf(said, Set.of("required", "optional", "forbidden")));
    private static final Map<String, Predicate<JsonNode>> SCHEMA =
            Map.of(
                    // Some languages cannot tell an empty object from an empty list.
                    "properties", properties -> !properties.isNull() && !isEmptyList(properties),
                    "required", required -> each(required, JsonNode::isString));

    private Sound() {}

    /**
     * What can be listed of it; empty if nothing.
     *
     * @param leftOut told which it is, and what is wrong with it, if nothing can
     */
    static Optional<ObjectNode> of(Kind kind, JsonNode said, Consumer<String> leftOut) {
        if (!(said instanceof ObjectNode object)) {
            leftOut.accept(named("", "it is no object"));
            return Optional.empty();
        }
        ObjectNode element = mended(kind, object);
        String problem = problem(kind, element);
        if (problem.isEmpty()) {
            return Optional.of(element);
        }
        leftOut.accept(named(object.path(kind.key).asString(""), problem));
        return Optional.empty();
    }

    /** What is wrong with which, for the log. */
    static String named(String key, String problem) {
        return "'" + shown(key) + "': " + problem;
    }

    private static ObjectNode mended(Kind kind, ObjectNode said) {
        ObjectNode element = without(said, COMMON);
        inside(element, "icons", ICON);
        switch (kind) {
            case TOOLS -> {
                inside(element, "inputSchema", SCHEMA);
                inside(element, "outputSchema", SCHEMA);
                inside(element, "annotations", ANNOTATIONS);
                inside(element, "execution", EXECUTION);
                return without(element, TOOL);
            }
            case RESOURCES, TEMPLATES -> {
                inside(element, "annotations", ANNOTATIONS);
                return without(element, RESOURCE);
            }
            case PROMPTS -> {
                inside(element, "arguments", ARGUMENT);
                return without(element, PROMPT);
            }
        }
        throw new IllegalStateException(kind.name());
    }

    /** A copy without what is not as it should be. */
    private static ObjectNode without(ObjectNode of, Map<String, Predicate<JsonNode>> wanted) {
        ObjectNode copy = Rpc.copy(of);
        wanted.forEach((name, fits) -> {
            JsonNode value = copy.get(name);
            if (value != null && !fits.test(value)) {
                copy.remove(name);
            }
        });
        return copy;
    }

    /** Likewise in the object that is a member, or in those of a list that is. */
    private static void inside(
            ObjectNode element, String name, Map<String, Predicate<JsonNode>> wanted) {
        JsonNode value = element.path(name);
        if (value instanceof ObjectNode object) {
            element.set(name, without(object, wanted));
        } else if (value.isArray()) {
            var all = element.putArray(name);
            value.forEach(each ->
                    all.add(each instanceof ObjectNode object ? without(object, wanted) : each));
        }
    }

    private static String problem(Kind kind, ObjectNode element) {
        JsonNode key = element.path(kind.key);
        if (!key.isString() || key.asString().isBlank() || key.asString().length() > LONGEST_KEY) {
            return "it has no usable " + kind.key;
        }
        return switch (kind) {
            case TOOLS ->
                    element.at("/execution/taskSupport").asString("").equals("required")
                            ? "it can be called as a task alone, and there are no tasks here"
                            : problem(element.path("inputSchema"))
                                    .map(why -> "its inputSchema " + why)
                                    .orElse("");
            case RESOURCES, TEMPLATES ->
                    element.path("name").isString() && !element.path("name").asString().isEmpty()
                            ? ""
                            : "it has no name";
            case PROMPTS ->
                    each(element.path("arguments"), argument -> argument.path("name").isString())
                                    || !element.has("arguments")
                            ? ""
                            : "one of its arguments has no name";
        };
    }

    /** Why something is not the schema of an object. */
    private static Optional<String> problem(JsonNode schema) {
        if (!schema.path("type").isString() || !schema.path("type").asString().equals("object")) {
            return Optional.of("is not the schema of an object");
        }
        JsonNode properties = schema.path("properties");
        boolean schemas =
                properties.isMissingNode()
                        || properties.isObject()
                                && properties.values().stream().allMatch(JsonNode::isObject);
        return schemas ? Optional.empty() : Optional.of("has properties that are no schemas");
    }

    private static boolean each(JsonNode list, Predicate<JsonNode> fits) {
        return list.isArray() && list.values().stream().allMatch(fits);
    }

    private static boolean isEmptyList(JsonNode value) {
        return value.isArray() && value.isEmpty();
    }

    private static boolean oneOf(JsonNode value, Set<String> words) {
        return value.isString() && words.contains(value.asString());
    }

    private static boolean isTime(JsonNode value) {
        if (!value.isString()) {
            return false;
        }
        try {
            return OffsetDateTime.parse(value.asString()).getYear() > 0;
        } catch (DateTimeException e) {
            return false;
        }
    }

    private static String shown(String text) {
        String start = text.length() > 100 ? text.substring(0, 100) + "..." : text;
        return start.replaceAll("\\p{Cntrl}", " ");
    }
}
