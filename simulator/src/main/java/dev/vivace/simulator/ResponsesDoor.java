package dev.vivace.simulator;

import dev.vivace.simulator.Answer.Choice;
import dev.vivace.simulator.ModelCall.Tool;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * OpenAI's {@code /v1/responses}, in simple form: text, function tools, no stored state and no
 * built-in tools.
 */
final class ResponsesDoor implements Door {
    @Override
    public ModelCall read(ObjectNode body) {
        var fields = new Fields(body);
        String model = fields.model();
        if (!Fields.absent(body.path("previous_response_id"))) {
            throw ApiError.invalid(
                    "previous_response_id",
                    "the simulator stores no responses: send the whole input instead");
        }
        var tools = new ArrayList<JsonNode>();
        var callable = new ArrayList<Tool>();
        JsonNode choice = body.path("tool_choice");
        String only = choice.path("name").stringValue("");
        for (JsonNode tool : fields.objects("tools")) {
            tools.add(tool);
            String name = tool.path("name").stringValue("");
            if (!name.isEmpty() && (only.isEmpty() || only.equals(name))) {
                callable.add(new Tool(name, tool.path("parameters")));
            }
        }
        JsonNode format = body.path("text").path("format");
        return new ModelCall(
                model,
                messages(body),
                tools,
                choice.stringValue("").equals("none") ? List.of() : callable,
                !only.isEmpty() || choice.stringValue("").equals("required"),
                body.path("parallel_tool_calls").asBoolean(true),
                format.path("type").stringValue("").equals("json_schema")
                        ? Optional.of(format.path("schema"))
                        : Optional.empty(),
                fields.integer("max_output_tokens", 1, Integer.MAX_VALUE, Integer.MAX_VALUE),
                List.of(),
                1,
                fields.flag("stream"),
                true,
                ModelCall.digestOf(body));
    }

    /** The input as chat messages. */
    private static List<JsonNode> messages(ObjectNode body) {
        var messages = new ArrayList<JsonNode>();
        body.path("instructions")
                .stringValueOpt()
                .ifPresent(text -> messages.add(message("system", text)));
        JsonNode input = body.path("input");
        if (input.isString()) {
            messages.add(message("user", input.stringValue()));
            return messages;
        }
        if (!input.isArray() || input.isEmpty()) {
            throw ApiError.invalid("input", "input must be a string or an array that is not empty");
        }
        for (JsonNode item : input) {
            switch (item.path("type").stringValue("message")) {
                case "message" -> {
                    ObjectNode message = message(item.path("role").stringValue("user"), "");
                    message.set("content", item.path("content"));
                    messages.add(message);
                }
                case "function_call" -> {
                    ObjectNode message = Json.object().put("role", "assistant");
                    ObjectNode call = message.putArray("tool_calls").addObject();
                    call.put("id", item.path("call_id").stringValue(""));
                    call.put("type", "function");
                    call.putObject("function")
                            .put("name", item.path("name").stringValue(""))
                            .put("arguments", item.path("arguments").stringValue(""));
                    messages.add(message);
                }
                case "function_call_output" -> {
                    ObjectNode message = message("tool", "");
                    message.put("tool_call_id", item.path("call_id").stringValue(""));
                    message.set("content", item.path("output"));
                    messages.add(message);
                }
                default -> {}
            }
        }
        if (messages.isEmpty()) {
            throw ApiError.invalid("input", "input has no message");
        }
        return messages;
    }

    private static ObjectNode message(String role, String content) {
        return Json.object().put("role", role).put("content", content);
    }

    @Override
    public JsonNode whole(ModelCall call, Answer answer) {
        return response(call, answer, true);
    }

    private static ObjectNode response(ModelCall call, Answer answer, boolean done) {
        boolean cut = answer.first().finish().equals("length");
        ObjectNode root =
                Json.object()
                        .put("id", call.id("resp_"))
                        .put("object", "response")
                        .put("created_at", call.created())
                        .put("status", !done ? "in_progress" : cut ? "incomplete" : "completed")
                        .put("model", call.model());
        root.putNull("error");
        if (done && cut) {
            root.putObject("incomplete_details").put("reason", "max_output_tokens");
        } else {
            root.putNull("incomplete_details");
        }
        root.putNull("instructions");
        root.putObject("metadata");
        root.put("parallel_tool_calls", call.parallelCalls());
        root.putNull("temperature").putNull("top_p").put("tool_choice", "auto").putArray("tools");
        ArrayNode output = root.putArray("output");
        if (done) {
            items(call, answer.first(), true).forEach(output::add);
            Bill bill = answer.bill();
            ObjectNode usage = root.putObject("usage").put("input_tokens", bill.promptTokens());
            usage.putObject("input_tokens_details")
                    .put("cached_tokens", bill.cachedTokens())
                    .put("cache_write_tokens", 0);
            usage.put("output_tokens", bill.completionTokens());
            usage.putObject("output_tokens_details").put("reasoning_tokens", 0);
            usage.put("total_tokens", bill.promptTokens() + bill.completionTokens());
        } else {
            root.putNull("usage");
        }
        return root;
    }

    /** A message if anything is said, and the calls. */
    private static List<ObjectNode> items(ModelCall call, Choice choice, boolean done) {
        var items = new ArrayList<ObjectNode>();
        String status = done ? "completed" : "in_progress";
        if (!choice.content().isNull()) {
            ObjectNode message =
                    Json.object()
                            .put("id", call.id("msg_"))
                            .put("type", "message")
                            .put("status", status)
                            .put("role", "assistant");
            ArrayNode content = message.putArray("content");
            if (done) {
                content.add(part(choice.text()));
            }
            items.add(message);
        }
        for (JsonNode toolCall : choice.toolCalls()) {
            JsonNode function = toolCall.path("function");
            items.add(
                    Json.object()
                            .put("id", call.id("fc_") + items.size())
                            .put("type", "function_call")
                            .put("status", status)
                            .put("call_id", toolCall.path("id").stringValue(""))
                            .put("name", function.path("name").stringValue(""))
                            .put(
                                    "arguments",
                                    done ? function.path("arguments").stringValue("") : ""));
        }
        return items;
    }

    private static ObjectNode part(String text) {
        ObjectNode part = Json.object().put("type", "output_text").put("text", text);
        part.putArray("annotations");
        part.putArray("logprobs");
        return part;
    }

    @Override
    public List<byte[]> events(ModelCall call, Answer answer) {
        var events = new Numbered();
        for (String type : List.of("response.created", "response.in_progress")) {
            events.add(type).set("response", response(call, answer, false));
        }
        List<ObjectNode> begun = items(call, answer.first(), false);
        List<ObjectNode> done = items(call, answer.first(), true);
        for (int i = 0; i < done.size(); i++) {
            events.add("response.output_item.added")
                    .put("output_index", i)
                    .set("item", begun.get(i));
            if (done.get(i).has("content")) {
                text(events, i, done.get(i), answer.first().text());
            } else {
                arguments(events, i, done.get(i));
            }
            events.add("response.output_item.done").put("output_index", i).set("item", done.get(i));
        }
        ObjectNode whole = response(call, answer, true);
        events.add("response." + whole.path("status").stringValue("")).set("response", whole);
        return events.list.stream().map(Json::namedEvent).toList();
    }

    private static void text(Numbered events, int index, ObjectNode item, String text) {
        String id = item.path("id").stringValue("");
        events.add("response.content_part.added", id, index)
                .put("content_index", 0)
                .set("part", part(""));
        for (String piece : Answer.pieces(text)) {
            events.add("response.output_text.delta", id, index)
                    .put("content_index", 0)
                    .put("delta", piece)
                    .putArray("logprobs");
        }
        events.add("response.output_text.done", id, index)
                .put("content_index", 0)
                .put("text", text)
                .putArray("logprobs");
        events.add("response.content_part.done", id, index)
                .put("content_index", 0)
                .set("part", part(text));
    }

    private static void arguments(Numbered events, int index, ObjectNode item) {
        String id = item.path("id").stringValue("");
        String arguments = item.path("arguments").stringValue("");
        for (String piece : Answer.pieces(arguments)) {
            events.add("response.function_call_arguments.delta", id, index).put("delta", piece);
        }
        events.add("response.function_call_arguments.done", id, index)
                .put("name", item.path("name").stringValue(""))
                .put("arguments", arguments);
    }

    /** Events with their sequence numbers. */
    private static final class Numbered {
        final List<ObjectNode> list = new ArrayList<>();

        ObjectNode add(String type) {
            ObjectNode event = Json.object().put("type", type).put("sequence_number", list.size());
            list.add(event);
            return event;
        }

        ObjectNode add(String type, String item, int index) {
            return add(type).put("item_id", item).put("output_index", index);
        }
    }
}
