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
 * A number beyond the batch, as in a price, is a text like any other, and so is a number with a
 * fraction, as {@code $1.50}. What begins as a reference and is none is an error: it was meant to
 * be one, and the tool would do something with the text. {@code $$} in front stands for one dollar
 * sign where a text would be a reference, or such an error, without it.
 */
final class References {
    private static final Pattern WHOLE =
            Pattern.compile("\\$(\\$?)([1-9]\\d{0,3})(" + ResultPath.PATTERN + ")");

    /** Begins as one: with a member or an element, but for a number with a fraction. */
    private static final Pattern LIKE =
            Pattern.compile("\\$(\\$?)([1-9]\\d{0,3})()(?:\\[|\\.(?!\\s|$|\\d+(?![\\w.\\[])))");

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
            matcher = LIKE.matcher(text);
            if (!matcher.lookingAt()) {
                return null;
            }
        }
        return Integer.parseInt(matcher.group(2)) <= calls ? matcher : null;
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
                    ? lookUp(node.stringValue(), matcher, results)
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

    private static JsonNode lookUp(String text, Matcher reference, IntFunction<JsonNode> results)
            throws ResultPath.Dangling {
        String number = reference.group(2);
        ResultPath path;
        try {
            path = ResultPath.parse(text.substring(reference.start(3)));
        } catch (IllegalArgumentException e) {
            throw new ResultPath.Dangling(
                    ShortText.of(text)
                            + " is no reference such as $"
                            + number
                            + " or $"
                            + number
                            + ".items[0].id; for the text itself write $"
                            + ShortText.of(text)
                            + ".");
        }
        return path.in(results.apply(Integer.parseInt(number) - 1), "$" + number);
    }
}
