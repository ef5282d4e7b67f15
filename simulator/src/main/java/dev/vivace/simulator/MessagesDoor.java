package dev.vivace.simulator;

import dev.vivace.simulator.Answer.Choice;
import dev.vivace.simulator.ModelCall.Tool;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Anthropic's {@code /v1/messages}, in simple form: text, images and tools. Its prefix cache is the
 * same automatic one as everywhere here: {@code cache_control} is not looked at.
 */
final class MessagesDoor implements Door {
    private static final List<String> ROLES = List.of("user", "assistant");

    @Override
    public ModelCall read(ObjectNode body) {
        var fields = new Fields(body);
        String model = fields.model();
        if (Fields.absent(body.path("max_tokens"))) {
            throw ApiError.invalid("max_tokens", "you must provide max_tokens");
        }
        int maxTokens = fields.integer("max_tokens", 1, Integer.MAX_VALUE, 1);
        fields.number("temperature", 0, 1);
        List<JsonNode> sent = fields.messages(ROLES);
        var tools = new ArrayList<JsonNode>();
        var callable = new ArrayList<Tool>();
        JsonNode choice = body.path("tool_choice");
        String only = choice.path("name").stringValue("");
        for (JsonNode tool : fields.objects("tools")) {
            tools.add(tool);
            String name = tool.path("name").stringValue("");
            if (tool.has("input_schema") && (only.isEmpty() || only.equals(name))) {
                callable.add(new Tool(name, tool.path("input_schema")));
            }
        }
        String kind = choice.path("type").stringValue("auto");
        return new ModelCall(
                model,
                messages(body.path("system"), sent),
                tools,
                kind.equals("none") ? List.of() : callable,
                kind.equals("any") || kind.equals("tool"),
                !choice.path("disable_parallel_tool_use").asBoolean(false),
                Optional.empty(),
                maxTokens,
                fields.strings("stop_sequences"),
                1,
                fields.flag("stream"),
                true,
                ModelCall.digestOf(body));
    }

    /** The conversation as chat messages. */
    private static List<JsonNode> messages(JsonNode system, List<JsonNode> sent) {
        var messages = new ArrayList<JsonNode>();
        if (!Fields.absent(system)) {
            ObjectNode message = Json.object().put("role", "system");
            message.set("content", system);
            messages.add(message);
        }
        for (JsonNode message : sent) {
            translate(message, messages);
        }
        return messages;
    }

    private static void translate(JsonNode message, List<JsonNode> into) {
        ObjectNode rest = Json.object().put("role", message.path("role").stringValue(""));
        if (message.path("content").isString()) {
            into.add(rest.set("content", message.path("content")));
            return;
        }
        ArrayNode parts = Json.array();
        for (JsonNode block : message.path("content")) {
            switch (block.path("type").stringValue("")) {
                case "tool_result" -> {
                    ObjectNode result = Json.object().put("role", "tool");
                    result.put("tool_call_id", block.path("tool_use_id").stringValue(""));
                    result.set("content", block.path("content"));
                    into.add(result);
                }
                case "tool_use" -> {
                    ObjectNode call = rest.withArray("tool_calls").addObject();
                    call.put("id", block.path("id").stringValue(""));
                    call.put("type", "function");
                    call.putObject("function")
                            .put("name", block.path("name").stringValue(""))
                            .put("arguments", block.path("input").toString());
                }
                default -> parts.add(block);
            }
        }
        if (!parts.isEmpty()) {
            rest.set("content", parts);
        }
        if (rest.size() > 1) {
            into.add(rest);
        }
    }

    @Override
    public JsonNode whole(ModelCall call, Answer answer) {
        ObjectNode root = message(call, answer, answer.bill().completionTokens());
        ArrayNode content = root.withArray("content");
        Choice choice = answer.first();
        if (!choice.text().isEmpty()) {
            content.addObject().put("type", "text").put("text", choice.text());
        }
        for (JsonNode toolCall : choice.toolCalls()) {
            ObjectNode block = toolUse(toolCall);
            block.set("input", input(toolCall));
            content.add(block);
        }
        return root.put("stop_reason", stopReason(choice));
    }

    @Override
    public List<byte[]> events(ModelCall call, Answer answer) {
        var events = new ArrayList<byte[]>();
        Choice choice = answer.first();
        ObjectNode start = event("message_start");
        start.set("message", message(call, answer, 1));
        events.add(Json.namedEvent(start));
        int index = 0;
        if (!choice.text().isEmpty()) {
            ObjectNode block = Json.object().put("type", "text").put("text", "");
            block(events, index++, block, "text_delta", "text", choice.text());
        }
        for (JsonNode toolCall : choice.toolCalls()) {
            ObjectNode block = toolUse(toolCall);
            block.putObject("input");
            String json = toolCall.path("function").path("arguments").stringValue("");
            block(events, index++, block, "input_json_delta", "partial_json", json);
        }
        ObjectNode delta = event("message_delta");
        delta.putObject("delta").put("stop_reason", stopReason(choice)).putNull("stop_sequence");
        delta.putObject("usage").put("output_tokens", answer.bill().completionTokens());
        events.add(Json.namedEvent(delta));
        events.add(Json.namedEvent(event("message_stop")));
        return events;
    }

    private static void block(
            List<byte[]> events,
            int index,
            ObjectNode block,
            String deltaType,
            String deltaName,
            String text) {
        ObjectNode start = event("content_block_start").put("index", index);
        start.set("content_block", block);
        events.add(Json.namedEvent(start));
        for (String piece : Answer.pieces(text)) {
            ObjectNode delta = event("content_block_delta").put("index", index);
            delta.putObject("delta").put("type", deltaType).put(deltaName, piece);
            events.add(Json.namedEvent(delta));
        }
        events.add(Json.namedEvent(event("content_block_stop").put("index", index)));
    }

    private static ObjectNode event(String type) {
        return Json.object().put("type", type);
    }

    private static ObjectNode message(ModelCall call, Answer answer, int outputTokens) {
        Bill bill = answer.bill();
        ObjectNode root =
                Json.object()
                        .put("id", call.id("msg_"))
                        .put("type", "message")
                        .put("role", "assistant")
                        .put("model", call.model());
        root.putArray("content");
        root.putNull("stop_reason").putNull("stop_sequence");
        root.putObject("usage")
                .put("input_tokens", bill.promptTokens() - bill.cachedTokens())
                .put("cache_creation_input_tokens", 0)
                .put("cache_read_input_tokens", bill.cachedTokens())
                .put("output_tokens", outputTokens);
        return root;
    }

    private static ObjectNode toolUse(JsonNode toolCall) {
        return Json.object()
                .put("type", "tool_use")
                .put("id", toolCall.path("id").stringValue(""))
                .put("name", toolCall.path("function").path("name").stringValue(""));
    }

    /** A recording may hold arguments that are not JSON. */
    private static JsonNode input(JsonNode toolCall) {
        try {
            JsonNode input =
                    Json.MAPPER.readTree(
                            toolCall.path("function").path("arguments").stringValue(""));
            return input.isObject() ? input : Json.object();
        } catch (JacksonException e) {
            return Json.object();
        }
    }

    private static String stopReason(Choice choice) {
        return switch (choice.finish()) {
            case "tool_calls" -> "tool_use";
            case "length" -> "max_tokens";
            default -> "end_turn";
        };
    }

    @Override
    public JsonNode error(ApiError error) {
        ObjectNode root = Json.object().put("type", "error");
        root.putObject("error")
                .put(
                        "type",
                        switch (error.status()) {
                            case 404 -> "not_found_error";
                            case 413 -> "request_too_large";
                            case 429 -> "rate_limit_error";
                            case 503 -> "overloaded_error";
                            default -> error.status() >= 500 ? "api_error" : error.type();
                        })
                .put("message", error.text());
        return root;
    }
}
