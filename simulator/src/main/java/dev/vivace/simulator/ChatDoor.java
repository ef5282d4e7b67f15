package dev.vivace.simulator;

import dev.vivace.simulator.Answer.Choice;
import dev.vivace.simulator.ModelCall.Tool;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** OpenAI's {@code /v1/chat/completions}. */
final class ChatDoor implements Door {
    static final String FINGERPRINT = "fp_simulator";
    private static final List<String> ROLES =
            List.of("system", "developer", "user", "assistant", "tool", "function");
    private static final JsonNode ANY_OBJECT =
            Json.MAPPER.readTree(
                    """
                    {"type": "object", "properties": {"answer": {"type": "string"}}, "required": ["answer"]}
                    """);
    private static final byte[] DONE = "data: [DONE]\n\n".getBytes(StandardCharsets.UTF_8);

    @Override
    public ModelCall read(ObjectNode body) {
        var fields = new Fields(body);
        String model = fields.model();
        List<JsonNode> messages = fields.messages(ROLES);
        List<JsonNode> tools = fields.objects("tools");
        fields.number("temperature", 0, 2);
        fields.number("top_p", 0, 1);
        int limit = fields.integer("max_tokens", 1, Integer.MAX_VALUE, Integer.MAX_VALUE);
        JsonNode choice = body.path("tool_choice");
        return new ModelCall(
                model,
                messages,
                tools,
                callable(tools, choice),
                choice.isObject() || choice.stringValue("").equals("required"),
                body.path("parallel_tool_calls").asBoolean(true),
                schema(body.path("response_format")),
                fields.integer("max_completion_tokens", 1, Integer.MAX_VALUE, limit),
                fields.strings("stop"),
                fields.integer("n", 1, 128, 1),
                fields.flag("stream"),
                body.path("stream_options").path("include_usage").asBoolean(false),
                ModelCall.digestOf(body));
    }

    private static List<Tool> callable(List<JsonNode> tools, JsonNode choice) {
        var callable = new ArrayList<Tool>();
        String only = choice.path("function").path("name").stringValue("");
        for (int i = 0; i < tools.size(); i++) {
            JsonNode function = tools.get(i).path("function");
            String name = function.path("name").stringValue("");
            if (name.isEmpty()) {
                String param = "tools[%d].function.name".formatted(i);
                throw ApiError.invalid(param, "you must provide " + param);
            }
            if (only.isEmpty() || only.equals(name)) {
                callable.add(new Tool(name, function.path("parameters")));
            }
        }
        if (!only.isEmpty() && callable.isEmpty()) {
            throw ApiError.invalid(
                    "tool_choice", "tool_choice names '%s', which is no tool".formatted(only));
        }
        return choice.stringValue("").equals("none") ? List.of() : callable;
    }

    private static Optional<JsonNode> schema(JsonNode format) {
        return switch (format.path("type").stringValue("")) {
            case "json_schema" -> Optional.of(format.path("json_schema").path("schema"));
            case "json_object" -> Optional.of(ANY_OBJECT);
            default -> Optional.empty();
        };
    }

    @Override
    public JsonNode whole(ModelCall call, Answer answer) {
        ObjectNode root = head(call, "chat.completion");
        ArrayNode choices = root.putArray("choices");
        for (Choice choice : answer.choices()) {
            ObjectNode one = choices.addObject().put("index", choices.size() - 1);
            ObjectNode message = one.putObject("message").put("role", "assistant");
            message.set("content", choice.content());
            if (!choice.toolCalls().isEmpty()) {
                message.putArray("tool_calls").addAll(choice.toolCalls());
            }
            message.putNull("refusal");
            one.putNull("logprobs").put("finish_reason", choice.finish());
        }
        root.set("usage", usage(answer.bill()));
        return tail(root);
    }

    @Override
    public List<byte[]> events(ModelCall call, Answer answer) {
        var events = new ArrayList<byte[]>();
        for (int index = 0; index < answer.choices().size(); index++) {
            Choice choice = answer.choices().get(index);
            for (ObjectNode delta : deltas(choice)) {
                events.add(event(call, index, delta, ""));
            }
            events.add(event(call, index, Json.object(), choice.finish()));
        }
        if (call.includeUsage()) {
            ObjectNode last = head(call, "chat.completion.chunk");
            last.putArray("choices");
            last.set("usage", usage(answer.bill()));
            events.add(Json.event(tail(last)));
        }
        events.add(DONE);
        return events;
    }

    private static List<ObjectNode> deltas(Choice choice) {
        var deltas = new ArrayList<ObjectNode>();
        ObjectNode first = Json.object().put("role", "assistant");
        if (choice.content().isNull()) {
            first.putNull("content");
        } else {
            first.put("content", "");
        }
        deltas.add(first.putNull("refusal"));
        for (String piece : Answer.pieces(choice.text())) {
            deltas.add(Json.object().put("content", piece));
        }
        for (int i = 0; i < choice.toolCalls().size(); i++) {
            JsonNode call = choice.toolCalls().get(i);
            JsonNode function = call.path("function");
            ObjectNode start = Json.object();
            ObjectNode head = start.putArray("tool_calls").addObject().put("index", i);
            head.put("id", call.path("id").stringValue(""));
            head.put("type", call.path("type").stringValue("function"));
            head.putObject("function")
                    .put("name", function.path("name").stringValue(""))
                    .put("arguments", "");
            deltas.add(start);
            for (String piece : Answer.pieces(function.path("arguments").stringValue(""))) {
                ObjectNode more = Json.object();
                more.putArray("tool_calls")
                        .addObject()
                        .put("index", i)
                        .putObject("function")
                        .put("arguments", piece);
                deltas.add(more);
            }
        }
        return deltas;
    }

    private static byte[] event(ModelCall call, int index, ObjectNode delta, String finish) {
        ObjectNode root = head(call, "chat.completion.chunk");
        ObjectNode choice = root.putArray("choices").addObject().put("index", index);
        choice.set("delta", delta);
        choice.putNull("logprobs");
        if (finish.isEmpty()) {
            choice.putNull("finish_reason");
        } else {
            choice.put("finish_reason", finish);
        }
        if (call.includeUsage()) {
            root.putNull("usage");
        }
        return Json.event(tail(root));
    }

    private static ObjectNode head(ModelCall call, String object) {
        return Json.object()
                .put("id", call.id("chatcmpl-"))
                .put("object", object)
                .put("created", call.created())
                .put("model", call.model());
    }

    private static ObjectNode tail(ObjectNode root) {
        return root.put("service_tier", "default").put("system_fingerprint", FINGERPRINT);
    }

    private static ObjectNode usage(Bill bill) {
        ObjectNode usage =
                Json.object()
                        .put("prompt_tokens", bill.promptTokens())
                        .put("completion_tokens", bill.completionTokens())
                        .put("total_tokens", bill.promptTokens() + bill.completionTokens());
        usage.putObject("prompt_tokens_details")
                .put("cached_tokens", bill.cachedTokens())
                .put("audio_tokens", 0);
        usage.putObject("completion_tokens_details")
                .put("reasoning_tokens", 0)
                .put("audio_tokens", 0);
        return usage;
    }
}
