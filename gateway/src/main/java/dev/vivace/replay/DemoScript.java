package dev.vivace.replay;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** The conversations of the demo's agents, as the project's own file tells them. */
final class DemoScript {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private final JsonNode root;

    private DemoScript(JsonNode root) {
        this.root = root;
    }

    /** Reads the file that comes with the program. */
    static DemoScript load() {
        try (var in = DemoScript.class.getResourceAsStream("demo.yaml")) {
            if (in == null) {
                throw new IllegalStateException("demo.yaml is not in the program");
            }
            return new DemoScript(new YAMLMapper().readTree(in));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    JsonNode root() {
        return root;
    }

    String text(String name) {
        return root.path(name).stringValue();
    }

    /** Every conversation once, for the upstream to answer from. */
    List<List<JsonNode>> all() {
        var all = new ArrayList<List<JsonNode>>();
        root.path("desk").forEach(d -> all.add(conversation(d)));
        all.add(conversation(root.path("restarted")));
        var crew = root.path("crew");
        crew.path("questions").forEach(q -> all.add(question(crew, q)));
        all.add(question(root.path("impatient"), root.path("impatient")));
        var writers = root.path("writers");
        writers.path("texts").forEach(t -> all.add(question(writers, t)));
        return all;
    }

    /** A customer at the desk: the policy and then the turns. */
    List<JsonNode> conversation(JsonNode agent) {
        var messages = new ArrayList<JsonNode>();
        messages.add(message("system", text("policy")));
        for (var turn : agent.path("turns")) {
            if (turn.has("call")) {
                var id = "call_" + agent.path("name").stringValue() + "_" + messages.size();
                messages.add(toolCall(id, turn));
                messages.add(
                        message("tool", turn.path("gives").stringValue()).put("tool_call_id", id));
            } else if (turn.has("say")) {
                messages.add(message("assistant", turn.path("say").stringValue()));
            } else {
                messages.add(message("user", turn.path("user").stringValue()));
            }
        }
        return messages;
    }

    /** One question and its answer. */
    List<JsonNode> question(JsonNode group, JsonNode question) {
        return List.of(
                message("system", group.path("system").stringValue()),
                message("user", question.path("ask").stringValue()),
                message("assistant", question.path("answer").stringValue()));
    }

    private static ObjectNode message(String role, String content) {
        return NODES.objectNode().put("role", role).put("content", content.strip());
    }

    private static ObjectNode toolCall(String id, JsonNode turn) {
        var message = NODES.objectNode().put("role", "assistant").putNull("content");
        var call = message.putArray("tool_calls").addObject();
        call.put("id", id).put("type", "function");
        call.putObject("function")
                .put("name", turn.path("call").stringValue())
                .put("arguments", turn.path("with").toString());
        return message;
    }
}
