package dev.vivace.tool;

import tools.jackson.databind.JsonNode;

/**
 * What a tool said.
 *
 * @param value text or structure; nobody changes it any more
 * @param error whether the tool says that it failed: then the value says why, for the model
 */
public record ToolResult(JsonNode value, boolean error) {
    public static ToolResult of(JsonNode value) {
        return new ToolResult(value, false);
    }

    public static ToolResult error(JsonNode why) {
        return new ToolResult(why, true);
    }
}
