package dev.vivace.simulator;

import static dev.vivace.simulator.Api.chatOf;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

class ScriptTest {
    // A lone surrogate, a line separator and an emoji: bytes that a careless writer changes.
    private static final String FIRST =
            """
            {"traj": [
              {"role": "system", "content": "You book flights."},
              {"role": "user", "content": "To Lisbon, please."},
              {"role": "assistant", "content": null, "tool_calls": [
                {"id": "call_1", "type": "function", "extra": 1,
                 "function": {"name": "search", "arguments": "{\\"to\\":  \\"LIS\\"}"}}]},
              {"role": "tool", "tool_call_id": "call_1", "name": "search", "content": "TP 201"},
              {"role": "assistant", "content": "TP 201 \\ud83d it is\\u2028 \\ud83d\\ude00  é.\\n"}
            ]}\
            """;
    private static final String SECOND =
            """
            [
              {"role": "system", "content": "You book flights."},
              {"role": "user", "content": "To Lisbon, please."},
              {"role": "assistant", "content": "Which day?", "tool_calls": null},
              {"role": "user", "content": "Monday."},
              {"role": "assistant", "content": ""}
            ]\
            """;

    @TempDir private Path folder;
    private Api api;

    @BeforeEach
    void start() throws IOException {
        Path one = Files.writeString(folder.resolve("one.json"), FIRST);
        Path two = Files.writeString(folder.resolve("two.json"), SECOND);
        api = new Api(SimulatorOptions.defaults().withTimeScale(0).withScripts(List.of(one, two)));
    }

    @AfterEach
    void stop() {
        api.close();
    }

    @Test
    void everyPrefixGetsItsRecordedAnswer() {
        for (JsonNode recording :
                List.of(Api.JSON.readTree(FIRST).path("traj"), Api.JSON.readTree(SECOND))) {
            for (int i = 0; i < recording.size(); i++) {
                JsonNode recorded = recording.get(i);
                boolean shared = recorded.path("content").stringValue("").equals("Which day?");
                if (recorded.path("role").stringValue().equals("assistant") && !shared) {
                    JsonNode got = api.message(chatOf(prefix(recording, i)));
                    assertEquals(recorded.path("content"), got.path("content"));
                    assertEquals(recorded.path("tool_calls"), got.path("tool_calls"));
                    assertStreamed(recorded, prefix(recording, i));
                }
            }
        }
        assertEquals(0, api.simulator.stats().unscripted());
    }

    private void assertStreamed(JsonNode recorded, String prefix) {
        String stream = api.post(Api.CHAT, chatOf(prefix, "\"stream\": true")).body();
        var content = new StringBuilder();
        var arguments = new StringBuilder();
        boolean some = false;
        for (JsonNode event : Api.events(stream)) {
            JsonNode delta = event.at("/choices/0/delta");
            some |= delta.path("content").isString();
            content.append(delta.path("content").stringValue(""));
            arguments.append(delta.at("/tool_calls/0/function/arguments").stringValue(""));
        }
        assertEquals(recorded.path("content").isString(), some);
        assertEquals(recorded.path("content").stringValue(""), content.toString());
        assertEquals(
                recorded.at("/tool_calls/0/function/arguments").stringValue(""),
                arguments.toString());
    }

    @Test
    void whereRecordingsShareAPrefixTheFirstWins() {
        JsonNode second = Api.JSON.readTree(SECOND);
        assertTrue(api.message(chatOf(prefix(second, 2))).has("tool_calls"));
    }

    @Test
    void prefixesCompareByMeaning() {
        String other =
                """
                [{"content":"You book flights.","role":"system","extra":7},
                 {"role":"user","content":[{"type":"text","text":"To Lisbon, please."}],"name":null}]\
                """;
        assertTrue(api.message(chatOf(other)).has("tool_calls"));
        JsonNode first = Api.JSON.readTree(FIRST).path("traj");
        String changed = prefix(first, 4).replace("call_1", "call_2");
        assertNotEquals(first.get(4).path("content"), api.message(chatOf(changed)).path("content"));
        assertEquals(1, api.simulator.stats().unscripted());
    }

    @Test
    void anUnknownPrefixIsAnsweredAndCounted() {
        String unknown = Api.chat("Something else.");
        assertEquals(api.ask(unknown), api.ask(unknown));
        assertEquals(2, api.simulator.stats().unscripted());
    }

    private static String prefix(JsonNode recording, int length) {
        var messages = new ArrayList<JsonNode>();
        for (int i = 0; i < length; i++) {
            messages.add(recording.get(i));
        }
        return Api.JSON.writeValueAsString(messages);
    }
}
