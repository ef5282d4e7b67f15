package dev.vivace.tool;

import java.util.ArrayList;
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
            Pattern.compile("\\$(\\$?)(\\d{1,4})((?:\\.[A-Za-z_][\\w-]*|\\[\\d{1,9}])*)");
    private static final Pattern STEP = Pattern.compile("\\.([A-Za-z_][\\w-]*)|\\[(\\d{1,9})]");

    /** What a reference leads to is not there: a message for the model. */
    static final class Dangling extends Exception {
        private static final long serialVersionUID = 1;

        Dangling(String message) {
            super(message);
        }
    }

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
            throws Dangling {
        return (ObjectNode) resolved(arguments, calls, results);
    }

    private static JsonNode resolved(JsonNode node, int calls, IntFunction<JsonNode> results)
            throws Dangling {
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
            throws Dangling {
        JsonNode at = results.apply(Integer.parseInt(reference.group(2)) - 1);
        String walked = "$" + reference.group(2);
        Matcher step = STEP.matcher(reference.group(3));
        while (step.find()) {
            JsonNode next =
                    step.group(1) != null
                            ? at.path(step.group(1))
                            : at.path(Integer.parseInt(step.group(2)));
            if (next.isMissingNode()) {
                throw new Dangling(
                        reference.group() + " leads nowhere: " + walked + " is " + shape(at) + ".");
            }
            walked += step.group();
            at = next;
        }
        return at;
    }

    private static String shape(JsonNode node) {
        if (node.isObject()) {
            var names = new ArrayList<String>(node.propertyNames());
            List<String> some = names.subList(0, Math.min(20, names.size()));
            return names.isEmpty()
                    ? "an empty object"
                    : "an object with "
                            + String.join(", ", some)
                            + (names.size() > 20 ? ", ..." : "");
        }
        return node.isArray() ? "an array of " + node.size() : "neither object nor array";
    }
}
