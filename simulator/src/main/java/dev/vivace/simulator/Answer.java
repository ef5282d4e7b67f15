package dev.vivace.simulator;

import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/**
 * What the model says.
 *
 * @param choices one or more
 */
record Answer(List<Choice> choices, Bill bill) {

    /** The first choice. */
    Choice first() {
        return choices.getFirst();
    }

    /**
     * One answer.
     *
     * @param content a string, null, or whatever was recorded
     * @param toolCalls as OpenAI chat writes them
     * @param finish {@code stop}, {@code length} or {@code tool_calls}
     */
    record Choice(JsonNode content, List<JsonNode> toolCalls, String finish) {
        /** The content's text; empty if it has none. */
        String text() {
            if (content.isString()) {
                return content.stringValue();
            }
            var text = new StringBuilder();
            content.forEach(part -> text.append(part.path("text").stringValue("")));
            return text.toString();
        }
    }

    /** Cuts a text into what a stream sends one by one: words, long ones in pieces. */
    static List<String> pieces(String text) {
        var pieces = new ArrayList<String>();
        int start = 0;
        for (int at = 1; at < text.length(); at++) {
            boolean word =
                    Character.isWhitespace(text.charAt(at))
                            && !Character.isWhitespace(text.charAt(at - 1));
            boolean pair = Character.isLowSurrogate(text.charAt(at));
            if (word || (at - start >= 12 && !pair)) {
                pieces.add(text.substring(start, at));
                start = at;
            }
        }
        if (start < text.length()) {
            pieces.add(text.substring(start));
        }
        return pieces;
    }
}
