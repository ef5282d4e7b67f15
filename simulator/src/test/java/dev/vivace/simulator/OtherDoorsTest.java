package dev.vivace.simulator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class OtherDoorsTest {
    private static final String RESPONSES = "/v1/responses";
    private static final String MESSAGES = "/v1/messages";
    @AutoClose private static final Api api = Api.atOnce();

    @Test
    void aResponseStreamsWhatItSays() {
        String body =
                """
                {"model": "gpt-4o", "instructions": "Be brief.", "input": "Hello"%s}\
                """;
        JsonNode whole = api.ask(RESPONSES, body.formatted(""));
        String text = whole.at("/output/0/content/0/text").stringValue();
        assertEquals("completed", whole.path("status").stringValue());
        var events = Api.events(api.post(RESPONSES, body.formatted(", \"stream\": true")).body());
        var streamed = new StringBuilder();
        for (int i = 0; i < events.size(); i++) {
            assertEquals(i, events.get(i).path("sequence_number").intValue());
            if (events.get(i).path("type").stringValue().equals("response.output_text.delta")) {
                streamed.append(events.get(i).path("delta").stringValue());
            }
        }
        assertEquals(text, streamed.toString());
        assertEquals(whole, events.getLast().path("response"));
        assertEquals(
                whole.at("/usage/input_tokens").intValue()
                        + whole.at("/usage/output_tokens").intValue(),
                whole.at("/usage/total_tokens").intValue());
    }

    @Test
    void aResponseCallsFunctionsAndTakesTheirResults() {
        String body =
                """
                {"model": "gpt-4o", "tool_choice": "required", "input": [
                  {"role": "user", "content": [{"type": "input_text", "text": "Weather?"}]},
                  {"type": "function_call", "call_id": "c", "name": "w", "arguments": "{}"},
                  {"type": "function_call_output", "call_id": "c", "output": "Rain"}],
                 "tools": [{"type": "function", "name": "w", "parameters":
                   {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}}]%s}\
                """;
        JsonNode call = api.ask(RESPONSES, body.formatted("")).at("/output/0");
        assertEquals("function_call", call.path("type").stringValue());
        String arguments = call.path("arguments").stringValue();
        assertTrue(Api.JSON.readTree(arguments).path("city").isString());
        String stream = api.post(RESPONSES, body.formatted(", \"stream\": true")).body();
        assertTrue(stream.contains("event: response.function_call_arguments.done\n"));
        var refused = api.post(RESPONSES, body.formatted(", \"previous_response_id\": \"resp_1\""));
        assertEquals(400, refused.statusCode());
    }

    @Test
    void aMessageStreamsWhatItSays() {
        String body =
                """
                {"model": "claude-sonnet-4-5", "max_tokens": 500, "system": "Be brief.",
                 "messages": [{"role": "user", "content": "Hello"}]%s}\
                """;
        JsonNode whole = api.ask(MESSAGES, body.formatted(""), "x-api-key", "k");
        String stream = api.post(MESSAGES, body.formatted(", \"stream\": true")).body();
        assertTrue(stream.startsWith("event: message_start\ndata: "));
        var text = new StringBuilder();
        int output = 0;
        for (JsonNode event : Api.events(stream)) {
            text.append(event.at("/delta/text").stringValue(""));
            output = event.at("/usage/output_tokens").asInt(output);
        }
        assertEquals(whole.at("/content/0/text").stringValue(), text.toString());
        assertEquals(whole.at("/usage/output_tokens").intValue(), output);
        assertEquals("end_turn", whole.path("stop_reason").stringValue());
        assertTrue(stream.endsWith("\n\n"));
    }

    @Test
    void aMessageUsesTools() {
        String body =
                """
                {"model": "claude-sonnet-4-5", "max_tokens": 500, "tool_choice": {"type": "any"},
                 "messages": [{"role": "user", "content": "Weather?"},
                  {"role": "assistant", "content": [{"type": "text", "text": "Let me see."},
                    {"type": "tool_use", "id": "t", "name": "w", "input": {"city": "Rome"}}]},
                  {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "t", "content": "Rain"}]}],
                 "tools": [{"name": "w", "input_schema":
                   {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}}]%s}\
                """;
        JsonNode whole = api.ask(MESSAGES, body.formatted(""));
        assertEquals("tool_use", whole.path("stop_reason").stringValue());
        JsonNode use = whole.path("content").path(0);
        assertTrue(use.at("/input/city").isString());
        var json = new StringBuilder();
        for (JsonNode event :
                Api.events(api.post(MESSAGES, body.formatted(", \"stream\": true")).body())) {
            if (event.path("index").asInt(0) == 0) {
                json.append(event.at("/delta/partial_json").stringValue(""));
            }
        }
        assertEquals(use.path("input"), Api.JSON.readTree(json.toString()));
    }

    @Test
    void aLongPromptIsReadFromTheCache() {
        String body =
                """
                {"model": "claude-sonnet-4-5", "max_tokens": 5, "messages": [{"role": "user", "content": "%s"}]}\
                """
                        .formatted("cached words ".repeat(1000));
        JsonNode first = api.ask(MESSAGES, body).path("usage");
        JsonNode second = api.ask(MESSAGES, body).path("usage");
        assertEquals(0, first.path("cache_read_input_tokens").intValue());
        int cached = second.path("cache_read_input_tokens").intValue();
        assertTrue(cached >= 1024);
        assertEquals(
                first.path("input_tokens").intValue(),
                second.path("input_tokens").intValue() + cached);
    }

    @Test
    void errorsAreInTheDoorsProtocol() {
        var refused = api.post(MESSAGES, "{\"model\": \"m\", \"messages\": []}");
        assertEquals(400, refused.statusCode());
        JsonNode error = Api.JSON.readTree(refused.body());
        assertEquals("error", error.path("type").stringValue());
        assertEquals("invalid_request_error", error.at("/error/type").stringValue());
        assertTrue(error.at("/error/message").stringValue().contains("max_tokens"));
    }
}
