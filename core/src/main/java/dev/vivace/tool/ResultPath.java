package dev.vivace.tool;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/**
 * A part of a result: {@code .user.name}, {@code .items[0].id}; empty for all of it.
 *
 * @param parts from the outside in
 */
public record ResultPath(List<Part> parts) {
    /** Most characters of a path: 1,000. */
    public static final int LONGEST = 1_000;

    /** As text, to be part of a larger expression. */
    // Possessive: else each part takes a frame of the stack.
    public static final String PATTERN = "(?:\\.[A-Za-z_][\\w-]*+|\\[\\d{1,9}])*+";

    private static final Pattern WHOLE = Pattern.compile(PATTERN);
    private static final Pattern PART = Pattern.compile("\\.([A-Za-z_][\\w-]*)|\\[(\\d{1,9})]");
    private static final int SHOWN = 20;

    /** One step inwards. */
    public sealed interface Part {}

    /** Of an object. */
    public record Member(String name) implements Part {
        @Override
        public String toString() {
            return "." + name;
        }
    }

    /**
     * Of an array.
     *
     * @param index from 0 on
     */
    public record Element(int index) implements Part {
        @Override
        public String toString() {
            return "[" + index + "]";
        }
    }

    /** What a path leads to is not there: a message for the model. */
    public static final class Dangling extends Exception {
        private static final long serialVersionUID = 1;

        Dangling(String message) {
            super(message);
        }
    }

    public ResultPath {
        parts = List.copyOf(parts);
    }

    /**
     * @throws IllegalArgumentException if it is no such text, or longer than {@link #LONGEST}
     */
    public static ResultPath parse(String text) {
        if (text.length() > LONGEST) {
            throw new IllegalArgumentException(
                    ShortText.of(text) + " is longer than " + LONGEST + " characters");
        }
        if (!WHOLE.matcher(text).matches()) {
            throw new IllegalArgumentException(
                    ShortText.of(text) + " is no path such as .items[0].id");
        }
        var parts = new ArrayList<Part>();
        Matcher part = PART.matcher(text);
        while (part.find()) {
            parts.add(
                    part.group(1) != null
                            ? new Member(part.group(1))
                            : new Element(Integer.parseInt(part.group(2))));
        }
        return new ResultPath(parts);
    }

    /**
     * What it leads to.
     *
     * @param name of the result, for the message
     * @throws Dangling if there is nothing there
     */
    public JsonNode in(JsonNode result, String name) throws Dangling {
        JsonNode at = result;
        for (int i = 0; i < parts.size(); i++) {
            JsonNode next =
                    switch (parts.get(i)) {
                        case Member member -> at.path(member.name());
                        case Element element -> at.path(element.index());
                    };
            if (next.isMissingNode()) {
                String walked = name + new ResultPath(parts.subList(0, i));
                throw new Dangling(
                        name + this + " leads nowhere: " + walked + " is " + shape(at) + ".");
            }
            at = next;
        }
        return at;
    }

    private static String shape(JsonNode node) {
        if (node.isObject()) {
            var names = new ArrayList<String>(node.propertyNames());
            List<String> some = names.subList(0, Math.min(SHOWN, names.size()));
            return names.isEmpty()
                    ? "an empty object"
                    : "an object with "
                            + String.join(", ", some)
                            + (names.size() > SHOWN ? ", ..." : "");
        }
        return node.isArray() ? "an array of " + node.size() : "neither object nor array";
    }

    @Override
    public String toString() {
        var text = new StringBuilder();
        parts.forEach(text::append);
        return text.toString();
    }
}
