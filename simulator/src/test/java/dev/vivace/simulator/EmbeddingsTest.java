package dev.vivace.simulator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Base64;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class EmbeddingsTest {
    private static final String PATH = "/v1/embeddings";
    @AutoClose private static final Api api = Api.atOnce();

    private static JsonNode embed(String input, String... fields) {
        String more = fields.length == 0 ? "" : ", " + String.join(", ", fields);
        return api.ask(
                PATH, "{\"model\": \"text-embedding-3-small\", \"input\": " + input + more + "}");
    }

    @Test
    void vectorsFollowFromTheTextAlone() {
        JsonNode answer = embed("[\"a\", \"b\", \"a\"]");
        JsonNode data = answer.path("data");
        assertEquals(data.at("/0/embedding"), data.at("/2/embedding"));
        assertNotEquals(data.at("/0/embedding"), data.at("/1/embedding"));
        assertEquals(data.at("/1/embedding"), embed("\"b\"").at("/data/0/embedding"));
        assertEquals(1536, data.at("/0/embedding").size());
        assertEquals(2, data.at("/2/index").intValue());
        assertEquals(3, answer.at("/usage/prompt_tokens").intValue());
        double squares = 0;
        for (JsonNode value : data.at("/0/embedding")) {
            squares += value.doubleValue() * value.doubleValue();
        }
        assertEquals(1, squares, 1e-4);
    }

    @Test
    void base64HoldsTheSameFloats() {
        JsonNode floats = embed("\"a\"", "\"dimensions\": 8").at("/data/0/embedding");
        String text =
                embed("\"a\"", "\"dimensions\": 8", "\"encoding_format\": \"base64\"")
                        .at("/data/0/embedding")
                        .stringValue();
        var bytes =
                ByteBuffer.wrap(Base64.getDecoder().decode(text)).order(ByteOrder.LITTLE_ENDIAN);
        assertEquals(8, floats.size());
        for (JsonNode value : floats) {
            assertEquals(value.floatValue(), bytes.getFloat());
        }
    }

    @Test
    void tokensAndTheirTextAreTheSameInput() {
        int[] tokens = new dev.vivace.token.TokenCounter().tokens("hello world");
        String ids = java.util.Arrays.toString(tokens);
        JsonNode text = embed("\"hello world\"").at("/data/0/embedding");
        assertEquals(text, embed(ids).at("/data/0/embedding"));
        assertEquals(text, embed("[[1], " + ids + "]").at("/data/1/embedding"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "null",
                "[]",
                "\"\"",
                "[\"\"]",
                "{}",
                "[null]",
                "[\"a\", 1]",
                "[1, \"a\"]",
                "[[]]",
                "\"a\", \"dimensions\": 9999",
                "\"a\", \"encoding_format\": \"int8\""
            })
    void badInputIsRefused(String input) {
        var answer = api.post(PATH, "{\"model\": \"m\", \"input\": " + input + "}");
        assertEquals(400, answer.statusCode(), answer.body());
        assertTrue(answer.body().contains("param"));
    }

    @Test
    void boundsAreKept() {
        String many = "\"a\",".repeat(2048) + "\"a\"";
        assertEquals(
                400, api.post(PATH, "{\"model\": \"m\", \"input\": [" + many + "]}").statusCode());
        String big = "word ".repeat(9000);
        assertEquals(
                400, api.post(PATH, "{\"model\": \"m\", \"input\": \"" + big + "\"}").statusCode());
    }
}
