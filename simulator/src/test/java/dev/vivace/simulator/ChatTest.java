package dev.vivace.simulator;

import static dev.vivace.simulator.Api.CHAT;
import static dev.vivace.simulator.Api.chat;
import static dev.vivace.simulator.Api.chatOf;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class ChatTest {
    private static final String TOOLS =
            """
            "tools": [{"type": "function", "function": {"name": "book", "parameters": {
              "type": "object", "required": ["to", "seats", "class", "bags"], "properties": {
                "to": {"type": "string"}, "seats": {"type": "integer", "minimum": 1, "maximum": 5},
                "class": {"enum": ["economy", "business"]},
                "bags": {"type": "array", "minItems": 1, "items": {"type": "number"}},
                "note": {"type": "string"}}}}},
              {"type": "function", "function": {"name": "think"}}]\
            """;

    @AutoClose private static final Api api = Api.atOnce();

    @Test
    void theSameRequestGetsTheSameBytes() {
        String body = chat("hello");
        assertEquals(api.post(CHAT, body).body(), api.post(CHAT, body).body());
        String stream = chat("hello", "\"stream\": true");
        assertEquals(api.post(CHAT, stream).body(), api.post(CHAT, stream).body());
    }

    @Test
    void keyOrderAndWhiteSpaceDoNotMatter() {
        String one = "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}";
        String two =
                "{ \"messages\": [ {\"content\":\"x\", \"role\":\"user\"} ], \"model\":\"m\" }";
        assertEquals(api.ask(one), api.ask(two));
    }

    @Test
    void everyFieldThatCanChangeAnAnswerDoes() {
        Set<String> ids = new HashSet<>();
        for (String field :
                new String[] {
                    "\"seed\": 1",
                    "\"seed\": 2",
                    "\"temperature\": 0.5",
                    "\"unknown\": {}",
                    "\"n\": 2"
                }) {
            ids.add(api.ask(chat("hello", field)).path("id").stringValue());
        }
        assertEquals(5, ids.size());
        ids.add(api.ask(chat("hello")).path("id").stringValue());
        ids.add(api.ask(chat("hello", "\"user\": \"me\"")).path("id").stringValue());
        assertEquals(6, ids.size());
    }

    @Test
    void aStreamSaysWhatTheObjectSays() {
        for (int i = 0; i < 20; i++) {
            String text = "question " + i;
            JsonNode whole = api.ask(chat(text, TOOLS));
            var answer =
                    api.post(
                            CHAT,
                            chat(
                                    text,
                                    TOOLS,
                                    "\"stream\": true",
                                    "\"stream_options\": {\"include_usage\": true}"));
            assertTrue(answer.body().endsWith("data: [DONE]\n\n"));
            var events = Api.events(answer.body());
            var content = new StringBuilder();
            var arguments = new StringBuilder();
            String finish = "";
            for (JsonNode event : events) {
                JsonNode choice = event.path("choices").path(0);
                content.append(choice.at("/delta/content").stringValue(""));
                choice.at("/delta/tool_calls")
                        .forEach(call ->
                                arguments.append(call.at("/function/arguments").stringValue("")));
                finish = choice.path("finish_reason").stringValue(finish);
                assertEquals(whole.path("id"), event.path("id"));
                assertEquals(whole.path("created"), event.path("created"));
            }
            JsonNode choice = whole.path("choices").path(0);
            assertEquals(choice.at("/message/content").stringValue(""), content.toString());
            var calls = new StringBuilder();
            choice.at("/message/tool_calls")
                    .forEach(call -> calls.append(call.at("/function/arguments").stringValue("")));
            assertEquals(calls.toString(), arguments.toString());
            assertEquals(choice.path("finish_reason").stringValue(), finish);
            assertEquals(whole.path("usage"), events.getLast().path("usage"));
        }
    }

    @Test
    void toolsAreCalledSometimesWithValidArguments() {
        int calls = 0;
        int texts = 0;
        for (int i = 0; i < 40; i++) {
            JsonNode message = api.message(chat("question " + i, TOOLS));
            texts += message.path("content").isString() ? 1 : 0;
            for (JsonNode call : message.path("tool_calls")) {
                calls++;
                JsonNode arguments =
                        Api.JSON.readTree(call.at("/function/arguments").stringValue());
                if (call.at("/function/name").stringValue().equals("think")) {
                    assertTrue(arguments.isObject());
                    continue;
                }
                assertTrue(arguments.path("to").isString());
                assertTrue(arguments.path("seats").isInt());
                int seats = arguments.path("seats").intValue();
                assertTrue(seats >= 1 && seats <= 5);
                assertTrue(
                        Set.of("economy", "business")
                                .contains(arguments.path("class").stringValue()));
                assertTrue(arguments.path("bags").path(0).isNumber());
                for (String name : arguments.propertyNames()) {
                    assertTrue(Set.of("to", "seats", "class", "bags", "note").contains(name), name);
                }
            }
        }
        assertTrue(calls > 5 && texts > 5, calls + " calls, " + texts + " texts");
    }

    @Test
    void toolChoiceIsObeyed() {
        String named =
                "\"tool_choice\": {\"type\": \"function\", \"function\": {\"name\": \"think\"}}";
        for (int i = 0; i < 10; i++) {
            String text = "choice " + i;
            JsonNode none = api.message(chat(text, TOOLS, "\"tool_choice\": \"none\""));
            assertFalse(none.has("tool_calls"));
            JsonNode required =
                    api.message(
                            chat(
                                    text,
                                    TOOLS,
                                    "\"tool_choice\": \"required\"",
                                    "\"parallel_tool_calls\": false"));
            assertEquals(1, required.path("tool_calls").size());
            for (JsonNode call : api.message(chat(text, TOOLS, named)).path("tool_calls")) {
                assertEquals("think", call.at("/function/name").stringValue());
            }
        }
    }

    @Test
    void limitsCutAnAnswer() {
        JsonNode whole = api.ask(chat("limits"));
        String text = whole.at("/choices/0/message/content").stringValue();
        JsonNode cut = api.ask(chat("limits", "\"max_completion_tokens\": 5"));
        assertEquals("length", cut.at("/choices/0/finish_reason").stringValue());
        assertEquals(5, cut.at("/usage/completion_tokens").intValue());
        assertNotEquals(text, cut.at("/choices/0/message/content").stringValue());
        JsonNode stopped = api.ask(chat("limits", "\"stop\": [\" \"]"));
        assertFalse(stopped.at("/choices/0/message/content").stringValue().contains(" "));
        assertEquals("stop", stopped.at("/choices/0/finish_reason").stringValue());
    }

    @Test
    void severalChoicesDiffer() {
        JsonNode choices = api.ask(chat("several", "\"n\": 3")).path("choices");
        assertEquals(3, choices.size());
        assertEquals(2, choices.path(2).path("index").intValue());
        assertNotEquals(choices.at("/0/message/content"), choices.at("/1/message/content"));
    }

    @Test
    void structuredOutputFollowsItsSchema() {
        String format =
                "\"response_format\": {\"type\": \"json_schema\", \"json_schema\": {\"name\": \"x\", \"schema\": "
                        + "{\"$ref\": \"#/$defs/A\", \"$defs\": {\"A\": {\"type\": \"object\", \"required\": [\"when\"],"
                        + " \"properties\": {\"when\": {\"type\": \"string\", \"format\": \"date\"}}}}}}}";
        String text = api.message(chat("structured", format)).path("content").stringValue();
        String when = Api.JSON.readTree(text).path("when").stringValue();
        assertTrue(when.matches("2025-\\d\\d-\\d\\d"), when);
    }

    @Test
    void itSaysThatItIsASimulator() {
        var answer = api.post(CHAT, chat("who are you?"));
        assertEquals("vivace-simulator", answer.headers().firstValue("server").orElseThrow());
        assertEquals(
                "fp_simulator",
                Api.JSON.readTree(answer.body()).path("system_fingerprint").stringValue());
        JsonNode models = Api.JSON.readTree(api.send("GET", "/v1/models", "").body()).path("data");
        assertTrue(models.size() > 5);
        models.forEach(
                model -> assertEquals("vivace-simulator", model.path("owned_by").stringValue()));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "``                                               | empty",
                "`{\"model\": `                                   | line 1",
                "[]                                               | object",
                "`{\"messages\": []}`                             | model",
                "`{\"model\": 3, \"messages\": []}`               | model",
                "`{\"model\": \"m\"}`                             | messages",
                "`{\"model\": \"m\", \"messages\": \"hello\"}`    | messages",
                "`{\"model\": \"m\", \"messages\": []}`           | messages",
                "`{\"model\": \"m\", \"messages\": [3]}`          | messages[0]",
                "`{\"model\": \"m\", \"messages\": [{\"role\": \"king\"}]}`  | messages[0].role",
                "`{\"model\": \"m\", \"messages\": [{\"role\": \"user\"}], \"stream\": 1}` | stream",
                "`{\"model\": \"m\", \"messages\": [{\"role\": \"user\"}], \"n\": 0}` | n",
                "`{\"model\": \"m\", \"messages\": [{\"role\": \"user\"}], \"temperature\": 3}` | temperature",
                "`{\"model\": \"m\", \"messages\": [{\"role\": \"user\"}], \"tools\": {}}` | tools",
                "`{\"model\": \"m\", \"messages\": [{\"role\": \"user\"}], \"tools\": [{}]}` | tools[0].function.name",
                "`{\"model\": \"m\", \"messages\": [{\"role\": \"user\"}], \"stop\": [1]}` | stop"
            })
    void badInputIsNamed(String body, String says) {
        var answer = api.post(CHAT, body);
        assertEquals(400, answer.statusCode());
        JsonNode error = Api.JSON.readTree(answer.body()).path("error");
        assertEquals("invalid_request_error", error.path("type").stringValue());
        assertTrue(error.path("message").stringValue().contains(says), answer.body());
        assertTrue(error.has("param") && error.has("code"));
        assertFalse(answer.body().contains("Source"), answer.body());
    }

    @Test
    void nestingAndBrokenUtf8AreRefused() {
        assertEquals(400, api.post(CHAT, "[".repeat(100_000) + "]".repeat(100_000)).statusCode());
        assertEquals(400, api.post(CHAT, chat("x").replace("x", "\u0001")).statusCode());
    }

    @ParameterizedTest
    @CsvSource({
        "GET, /v1/chat/completions, 405",
        "POST, /v1/models, 405",
        "POST, /v1/nothing, 404",
        "GET, /, 404",
        "GET, /v1/models/none, 404",
        "POST, /simulator/stats, 405",
        "GET, /simulator/nothing, 404"
    })
    void wrongAddressesAreToldApart(String method, String path, int status) {
        var answer = api.send(method, path, "");
        assertEquals(status, answer.statusCode());
        assertFalse(Api.JSON.readTree(answer.body()).at("/error/message").stringValue().isEmpty());
    }

    @ParameterizedTest
    @ValueSource(strings = {"gpt-4o", "no-such-model"})
    void anyModelAnswersAndCosts(String model) {
        double before = api.simulator.stats().costUsd();
        JsonNode usage = api.ask(chat("cost").replace("gpt-4o-mini", model)).path("usage");
        double price =
                model.equals("gpt-4o")
                        ? 2.5e-6
                        : SimulatorOptions.UNKNOWN_MODEL_PRICE.input() / 1e6;
        double output =
                model.equals("gpt-4o")
                        ? 10e-6
                        : SimulatorOptions.UNKNOWN_MODEL_PRICE.output() / 1e6;
        assertEquals(
                usage.path("prompt_tokens").intValue() * price
                        + usage.path("completion_tokens").intValue() * output,
                api.simulator.stats().costUsd() - before,
                1e-12);
    }

    @Test
    void promptTokensAreMessagesPartsAndTools() {
        int one = prompt(chat("hello"));
        assertEquals(4 + 1, one);
        assertEquals(
                one + 4 + 2,
                prompt(
                        chatOf(
                                """
                                [{"role": "user", "content": "hello"},
                                 {"role": "user", "content": [{"type": "text", "text": "hello world"}]}]
                                """)));
        assertTrue(prompt(chat("hello", TOOLS)) > one + 50);
    }

    private static int prompt(String body) {
        return api.ask(body).at("/usage/prompt_tokens").intValue();
    }
}
