package dev.vivace.tool;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a model is told of a tool.
 *
 * @param name 1 to 256 characters, unique among the tools of an executor
 * @param description for the model
 * @param schema JSON Schema of the arguments; an object that nobody changes any more
 */
public record ToolDefinition(String name, String description, JsonNode schema) {
    private static final int LONGEST_NAME = 256;

    /**
     * @throws IllegalArgumentException if there is no name, or the schema is no object
     */
    public ToolDefinition {
        if (name.isBlank() || name.length() > LONGEST_NAME) {
            throw new IllegalArgumentException(
                    "a tool's name must have 1 to " + LONGEST_NAME + " characters");
        }
        if (!(schema instanceof ObjectNode)) {
            throw new IllegalArgumentException(
                    "the schema of the tool " + name + " must be a JSON object");
        }
        schema = schema.deepCopy();
    }
}
