package dev.vivace.chain;

import dev.vivace.tool.ResultPath;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * A text in arguments that stands for something else.
 *
 * @param name of a step, or {@link #INPUTS}
 */
record Reference(String name, ResultPath path) {
    static final String INPUTS = "inputs";
    static final Pattern NAME = Pattern.compile("[A-Za-z][\\w-]{0,63}");

    private static final Pattern WHOLE =
            Pattern.compile("\\$([A-Za-z_][\\w-]*)(" + ResultPath.PATTERN + ")");
    private static final Pattern ESCAPED = Pattern.compile("\\$+" + WHOLE.pattern());

    /** Where a reference leads. */
    interface Target {
        JsonNode of(Reference reference) throws ResultPath.Dangling;
    }

    static Optional<Reference> of(JsonNode node) {
        if (!node.isString() || !node.stringValue().startsWith("$")) {
            return Optional.empty();
        }
        Matcher matcher = WHOLE.matcher(node.stringValue());
        return matcher.matches()
                ? Optional.of(new Reference(matcher.group(1), ResultPath.parse(matcher.group(2))))
                : Optional.empty();
    }

    static boolean anyIn(JsonNode node) {
        return of(node).isPresent() || node.valueStream().anyMatch(Reference::anyIn);
    }

    /** The arguments, with what they refer to in its place. */
    static JsonNode filled(JsonNode node, Target target) throws ResultPath.Dangling {
        Optional<Reference> reference = of(node);
        if (reference.isPresent()) {
            return target.of(reference.get());
        }
        return switch (node) {
            case ObjectNode object -> {
                ObjectNode copy = JsonNodeFactory.instance.objectNode();
                for (var member : object.properties()) {
                    copy.set(member.getKey(), filled(member.getValue(), target));
                }
                yield copy;
            }
            case ArrayNode array -> {
                ArrayNode copy = JsonNodeFactory.instance.arrayNode();
                for (JsonNode element : array) {
                    copy.add(filled(element, target));
                }
                yield copy;
            }
            default -> unescaped(node);
        };
    }

    private static JsonNode unescaped(JsonNode node) {
        return node.isString() && ESCAPED.matcher(node.stringValue()).matches()
                ? JsonNodeFactory.instance.stringNode(node.stringValue().substring(1))
                : node;
    }

    /** What no reference is in. */
    static JsonNode literal(JsonNode node) {
        try {
            return filled(
                    node,
                    reference -> {
                        throw new IllegalStateException(reference + " is no literal");
                    });
        } catch (ResultPath.Dangling e) {
            throw new IllegalStateException(e);
        }
    }

    /** What it leads to in one of several values. */
    JsonNode in(Function<String, JsonNode> values) throws ResultPath.Dangling {
        return path.in(values.apply(name), "$" + name);
    }

    @Override
    public String toString() {
        return "$" + name + path;
    }
}
