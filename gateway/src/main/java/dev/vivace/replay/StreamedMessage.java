package dev.vivace.replay;

import dev.vivace.replay.AssistantMessage.ToolCall;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** Puts a streamed chat answer together from its chunks. Not thread-safe. */
final class StreamedMessage {
    private static final int MAX_TOOL_CALLS = 1024;

    private final StringBuilder content = new StringBuilder();
    private final List<Pending> calls = new ArrayList<>();
    private boolean finished;

    private static final class Pending {
        private String id = "";
        private String type = "";
        private String name = "";
        private final StringBuilder arguments = new StringBuilder();
    }

    /** Takes one chunk; true if it carried a part of the answer. */
    boolean add(JsonNode chunk) throws IOException {
        var choice = chunk.path("choices").path(0);
        var delta = choice.path("delta");
        var carried = false;
        if (delta.path("content").isString()) {
            content.append(delta.path("content").stringValue());
            carried = !delta.path("content").stringValue().isEmpty();
        }
        for (var part : delta.path("tool_calls")) {
            add(part.path("index").asInt(0), part);
            carried = true;
        }
        finished |= choice.path("finish_reason").isString();
        return carried;
    }

    private void add(int index, JsonNode part) throws IOException {
        if (index < 0 || index >= MAX_TOOL_CALLS) {
            throw new IOException("a tool call with the index " + index);
        }
        while (calls.size() <= index) {
            calls.add(new Pending());
        }
        var call = calls.get(index);
        call.id = part.path("id").asString(call.id);
        call.type = part.path("type").asString(call.type);
        call.name = part.path("function").path("name").asString(call.name);
        call.arguments.append(part.path("function").path("arguments").asString(""));
    }

    /** Whether the model said that it was done. */
    boolean finished() {
        return finished;
    }

    AssistantMessage message() {
        return new AssistantMessage(
                content.toString(),
                calls.stream()
                        .map(c -> new ToolCall(c.id, c.type, c.name, c.arguments.toString()))
                        .toList());
    }
}
