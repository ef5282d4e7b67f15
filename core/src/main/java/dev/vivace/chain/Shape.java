package dev.vivace.chain;

import dev.vivace.tool.ResultPath;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import tools.jackson.core.JsonPointer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * A JSON Schema, as far as it can be followed without a value.
 *
 * @param root the document that its local references lead into
 */
record Shape(JsonNode schema, JsonNode root) {
    private static final int MOST_ALTERNATIVES = 64;
    private static final int DEEPEST = 16;

    /** Nothing is known of it. */
    static final Shape ANYTHING = of(JsonNodeFactory.instance.objectNode());

    /** What a path leads to does not exist: why. */
    static final class Missing extends Exception {
        private static final long serialVersionUID = 1;

        Missing(String message) {
            super(message);
        }
    }

    static Shape of(JsonNode schema) {
        return new Shape(schema, schema);
    }

    private Shape with(JsonNode part) {
        return new Shape(part, root);
    }

    /** With at most one type each. */
    List<Shape> alternatives() {
        var found = new ArrayList<Shape>();
        collect(found, 0);
        return found;
    }

    private void collect(List<Shape> to, int depth) {
        if (depth > DEEPEST || to.size() >= MOST_ALTERNATIVES) {
            to.add(ANYTHING);
            return;
        }
        if (schema.path("$ref").isString()) {
            resolved(schema.path("$ref").stringValue()).collect(to, depth + 1);
            return;
        }
        for (String either : List.of("anyOf", "oneOf")) {
            if (schema.path(either).isArray() && !schema.path(either).isEmpty()) {
                schema.path(either).forEach(each -> with(each).collect(to, depth + 1));
                return;
            }
        }
        if (schema instanceof ObjectNode object && schema.path("type").isArray()) {
            for (JsonNode type : schema.path("type")) {
                ObjectNode narrowed = JsonNodeFactory.instance.objectNode();
                narrowed.setAll(object);
                narrowed.set("type", type);
                to.add(with(narrowed));
            }
            return;
        }
        to.add(this);
    }

    private Shape resolved(String reference) {
        if (!reference.startsWith("#")) {
            return ANYTHING;
        }
        try {
            String pointer = URLDecoder.decode(reference.substring(1), StandardCharsets.UTF_8);
            JsonNode target = root.at(JsonPointer.compile(pointer));
            return target.isMissingNode() ? ANYTHING : with(target);
        } catch (IllegalArgumentException e) {
            return ANYTHING;
        }
    }

    /** The type of an alternative; empty if that is not said. */
    Optional<String> type() {
        if (schema.path("type").isString()) {
            return Optional.of(schema.path("type").stringValue());
        }
        List<String> types = values().stream().map(Shape::typeOf).distinct().toList();
        return types.size() == 1 ? Optional.of(types.getFirst()) : Optional.empty();
    }

    /** All that there can be; empty if that is not said. */
    List<JsonNode> values() {
        return schema.has("const")
                ? List.of(schema.get("const"))
                : schema.path("enum").valueStream().toList();
    }

    private static String typeOf(JsonNode value) {
        return value.isIntegralNumber()
                ? "integer"
                : value.getNodeType().name().toLowerCase(Locale.ROOT);
    }

    /** Whether nothing but what is declared may be in it. */
    boolean closed() {
        JsonNode more = schema.path("additionalProperties");
        return more.isBoolean() && !more.booleanValue();
    }

    ObjectNode properties() {
        return schema.path("properties") instanceof ObjectNode declared
                ? declared
                : JsonNodeFactory.instance.objectNode();
    }

    List<String> required() {
        return schema.path("required")
                .valueStream()
                .filter(JsonNode::isString)
                .map(JsonNode::stringValue)
                .toList();
    }

    /** What a path leads to in each alternative in which it leads anywhere. */
    List<Shape> at(ResultPath path) throws Missing {
        List<Shape> here = List.of(this);
        for (ResultPath.Part part : path.parts()) {
            var next = new ArrayList<Shape>();
            String why = "it yields nothing";
            for (Shape shape : here) {
                for (Shape alternative : shape.alternatives()) {
                    try {
                        next.add(alternative.inside(part));
                    } catch (Missing e) {
                        why = String.valueOf(e.getMessage());
                    }
                }
            }
            if (next.isEmpty()) {
                throw new Missing(why);
            }
            here = next.subList(0, Math.min(next.size(), MOST_ALTERNATIVES));
        }
        return here;
    }

    private Shape inside(ResultPath.Part part) throws Missing {
        return switch (part) {
            case ResultPath.Member member -> member(member.name());
            case ResultPath.Element element -> element(element.index());
        };
    }

    private Shape member(String name) throws Missing {
        mustBe("object", "." + name);
        JsonNode declared = properties().path(name);
        if (!declared.isMissingNode()) {
            return with(declared);
        }
        JsonNode more = schema.path("additionalProperties");
        if (more.isObject()) {
            return with(more);
        }
        if (closed() || (more.isMissingNode() && !properties().isEmpty())) {
            throw new Missing(
                    "there is no "
                            + name
                            + ", but "
                            + Names.of(List.copyOf(properties().propertyNames())));
        }
        return ANYTHING;
    }

    private Shape element(int index) throws Missing {
        mustBe("array", "[" + index + "]");
        JsonNode first = schema.path("prefixItems").path(index);
        JsonNode each = first.isMissingNode() ? schema.path("items") : first;
        return each.isMissingNode() ? ANYTHING : with(each);
    }

    private void mustBe(String type, String part) throws Missing {
        if (!type().orElse(type).equals(type)) {
            throw new Missing(part + " is no part of a value of type " + type().orElse(type));
        }
    }
}
