package dev.vivace.replay;

import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/**
 * What the model said: the part of an answer that the next step of an agent depends on. A null
 * content and an empty one are the same, because a stream cannot tell them apart.
 */
record AssistantMessage(String content, List<ToolCall> toolCalls) {

    record ToolCall(String id, String type, String name, String arguments) {}

    /** Reads an OpenAI message object; fields that are absent are empty. */
    static AssistantMessage of(JsonNode message) {
        var calls = new ArrayList<ToolCall>();
        for (var call : message.path("tool_calls")) {
            calls.add(
                    new ToolCall(
                            text(call.path("id")),
                            text(call.path("type")),
                            text(call.path("function").path("name")),
                            text(call.path("function").path("arguments"))));
        }
        return new AssistantMessage(text(message.path("content")), List.copyOf(calls));
    }

    /** A list of content parts is compared as it is written. */
    private static String text(JsonNode node) {
        return node.isNull() || node.isMissingNode()
                ? ""
                : node.isString() ? node.stringValue() : node.toString();
    }
}
