package dev.vivace.tool;

import java.util.List;
import java.util.TreeSet;
import java.util.function.IntFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Arguments that refer to results of the same batch: a text that is {@code $2} as a whole stands
 * for the result of the second call, {@code $2.user.name} and {@code $2.items[0]} for a part of it.
 * A number beyond the batch, as in a price, is a text like any other, and {@code $$} in front
 * stands for one dollar sign where a text would be a reference without it.
 */
final class References {
    private static final Pattern WHOLE =
            Pattern.compile("\\$(\\$?)(\\d{1,4})(" + ResultPath.PATTERN + ")");

    private References() {}

    /** The numbers, from 0, of the calls that these arguments refer to. */
    static List<Integer> in(JsonNode arguments, int calls) {
        var found = new TreeSet<Integer>();
        collect(arguments, calls, found);
        return List.copyOf(found);
    }

    private static void collect(JsonNode node, int calls, TreeSet<Integer> to) {
        if (node.isString()) {
            Matcher matcher = matcher(node.stringValue(), calls);
            if (matcher != null && matcher.group(1).isEmpty()) {
                to.add(Integer.parseInt(matcher.group(2)) - 1);
            }
        } else {
            node.forEach(child -> collect(child, calls, to));
        }
    }

    private static @org.jspecify.annotations.Nullable Matcher matcher(String text, int calls) {
        if (!text.startsWith("$")) {
            return null;
        }
        Matcher matcher = WHOLE.matcher(text);
        if (!matcher.matches()) {
            return null;
        }
        int number = Integer.parseInt(matcher.group(2));
        return number >= 1 && number <= calls ? matcher : null;
    }

    /**
     * The arguments with what they refer to in place of the references.
     *
     * @param results by their numbers from 0; of those that {@link #in} names
     */
    static ObjectNode resolve(ObjectNode arguments, int calls, IntFunction<JsonNode> results)
            throws ResultPath.Dangling {
        return (ObjectNode) resolved(arguments, calls, results);
    }

    private static JsonNode resolved(JsonNode node, int calls, IntFunction<JsonNode> results)
            throws ResultPath.Dangling {
        if (node.isString()) {
            Matcher matcher = matcher(node.stringValue(), calls);
            if (matcher == null) {
                return node;
            }
            return matcher.group(1).isEmpty()
                    ? lookUp(matcher, results)
                    : JsonNodeFactory.instance.stringNode(node.stringValue().substring(1));
        }
        if (node instanceof ObjectNode object) {
            ObjectNode copy = JsonNodeFactory.instance.objectNode();
            for (var member : object.properties()) {
                copy.set(member.getKey(), resolved(member.getValue(), calls, results));
            }
            return copy;
        }
        if (node instanceof ArrayNode array) {
            ArrayNode copy = JsonNodeFactory.instance.arrayNode();
            for (JsonNode element : array) {
                copy.add(resolved(element, calls, results));
            }
            return copy;
        }
        return node;
    }

    private static JsonNode lookUp(Matcher reference, IntFunction<JsonNode> results)
            throws ResultPath.Dangling {
        String number = reference.group(2);
        return ResultPath.parse(reference.group(3))
                .in(results.apply(Integer.parseInt(number) - 1), "$" + number);
    }
}
