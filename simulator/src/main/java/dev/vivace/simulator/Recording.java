package dev.vivace.simulator;

import java.util.List;
import tools.jackson.databind.JsonNode;

/**
 * One conversation that an agent had.
 *
 * @param messages as the OpenAI chat API takes them, in order, at least one; each an object with a
 *     {@code role}
 */
public record Recording(List<JsonNode> messages) {
    public Recording {
        messages = List.copyOf(messages);
    }
}
