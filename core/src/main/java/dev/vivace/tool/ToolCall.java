package dev.vivace.tool;

import java.util.Objects;
import tools.jackson.databind.node.ObjectNode;

/**
 * A call that a model wants made.
 *
 * @param id the caller's, handed back with the outcome
 * @param arguments as the model wrote them; an empty object if there are none
 */
public record ToolCall(String id, String tool, ObjectNode arguments) {
    public ToolCall {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(tool, "tool");
        Objects.requireNonNull(arguments, "arguments");
    }
}
