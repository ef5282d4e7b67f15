package dev.vivace.answer;

import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Cuts text at its tokens, where log probabilities name them, so that each piece carries its own.
 */
final class LogprobPieces {
    private static final int TOKENS_AT_LEAST = 4;
    private static final int MOST = 200;

    /** Some text with the log probabilities of its tokens. */
    record Piece(String text, ObjectNode logprobs) {}

    private LogprobPieces() {}

    /**
     * Empty where the tokens do not add up to the text, as those that hold half a character do not.
     */
    static List<Piece> of(String text, ObjectNode logprobs) {
        ArrayNode tokens = Json.array(logprobs, "content");
        int each = Math.max(TOKENS_AT_LEAST, tokens.size() / MOST);
        List<Piece> pieces = new ArrayList<>();
        StringBuilder joined = new StringBuilder();
        for (int i = 0; i < tokens.size(); i += each) {
            int from = joined.length();
            ArrayNode own = Json.array();
            for (int j = i; j < Math.min(i + each, tokens.size()); j++) {
                JsonNode token = tokens.get(j);
                joined.append(Json.string(token, "token"));
                own.add(token);
            }
            ObjectNode part = Json.object();
            for (var member : logprobs.properties()) {
                // Whatever else there is goes with the first piece alone, as sums would repeat it.
                if (i == 0 || member.getValue().isNull()) {
                    part.set(member.getKey(), member.getValue());
                }
            }
            part.set("content", own);
            pieces.add(new Piece(joined.substring(from), part));
        }
        return joined.toString().equals(text) ? pieces : List.of();
    }
}
