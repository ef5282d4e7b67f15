package dev.vivace.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vivace.replay.AssistantMessage.ToolCall;
import dev.vivace.replay.Outcome.Answered;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AnswerReaderTest {
    private static final Receipt DIRECT = new Receipt(Optional.empty(), 1, OptionalDouble.empty());

    private static final String OBJECT =
            """
            {"choices":[{"message":{"role":"assistant","content":null,"tool_calls":[
             {"id":"a","type":"function","function":{"name":"f","arguments":"{\\"x\\":1}"}},
             {"id":"b","type":"function","function":{"name":"g","arguments":"{}"}}]},"finish_reason":"tool_calls"}]}
            """;

    private static final String STREAM =
            """
            data: {"choices":[{"delta":{"role":"assistant","content":null}}]}

            : a comment

            data: {"choices":[{"delta":{"tool_calls":[{"index":0,"id":"a","type":"function","function":{"name":"f","arguments":""}}]}}]}

            data: {"choices":[{"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{\\"x\\""}}]}}]}

            data: {"choices":[{"delta":{"tool_calls":[{"index":0,"function":{"arguments":":1}"}},{"index":1,"id":"b","type":"function","function":{"name":"g","arguments":"{}"}}]}}]}

            data: {"choices":[{"delta":{},"finish_reason":"tool_calls"}],"usage":null}

            data: {"choices":[],"usage":{"prompt_tokens":7,"completion_tokens":2}}

            data: [DONE]

            """;

    private static BodyStream body(String text) {
        return new BodyStream(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
    }

    private static Answered read(boolean events, String text) throws IOException {
        return AnswerReader.read(events, body(text), DIRECT);
    }

    @Test
    void aStreamAndAnObjectOfTheSameAnswerAreEqual() throws Exception {
        var streamed = read(true, STREAM);
        assertEquals(
                new AssistantMessage(
                        "",
                        List.of(
                                new ToolCall("a", "function", "f", "{\"x\":1}"),
                                new ToolCall("b", "function", "g", "{}"))),
                streamed.message().orElseThrow());
        assertEquals(read(false, OBJECT).content(), streamed.content());
        assertEquals(new Usage(7, 0, 2), streamed.usage().orElseThrow());
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"a\"", "\"f\"", "\"g\"", ":1", "null"})
    void anyDifferenceShows(String part) throws Exception {
        var other = OBJECT.replace(part, part.equals(":1") ? ":2" : "\"other\"");
        assertNotEquals(OBJECT, other);
        assertNotEquals(read(false, OBJECT).content(), read(false, other).content());
    }

    @Test
    void embeddingsAreComparedByTheirVectors() throws Exception {
        var one = read(false, "{\"data\":[{\"index\":0,\"embedding\":[0.5,1]}]}");
        var two = read(false, "{\"data\":[{\"index\":0,\"embedding\":[0.5,2]}]}");
        var other =
                read(
                        false,
                        "{\"data\":[{\"embedding\":[0.5,1],\"object\":\"embedding\",\"index\":0}]}");
        assertEquals(one.content(), other.content());
        assertTrue(one.message().isEmpty());
        assertNotEquals(one.content(), two.content());
    }

    /** The second read happens after the first token, and the end after the second read. */
    @Test
    void theFirstTokenIsTimedWhenItComes() throws Exception {
        var secondRead = new AtomicLong();
        var parts =
                List.of(
                        "data: {\"choices\":[{\"delta\":{\"content\":\"Hi\"}}]}\n\n",
                        "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n");
        var in =
                new InputStream() {
                    private int next;

                    @Override
                    public int read() {
                        throw new AssertionError("read one by one");
                    }

                    @Override
                    public int read(byte[] buffer, int offset, int length) {
                        if (next == parts.size()) {
                            return -1;
                        }
                        if (next == 1) {
                            secondRead.set(System.nanoTime());
                        }
                        var bytes = parts.get(next++).getBytes(StandardCharsets.UTF_8);
                        System.arraycopy(bytes, 0, buffer, offset, bytes.length);
                        return bytes.length;
                    }
                };
        var answer = AnswerReader.read(true, new BodyStream(in), DIRECT);
        assertTrue(answer.firstTokenNanos() - secondRead.get() <= 0);
        assertTrue(answer.endNanos() - secondRead.get() >= 0);
    }

    @Test
    void aStreamWithoutAnEndIsNoAnswer() {
        var cut = STREAM.substring(0, STREAM.indexOf("data: {\"choices\":[{\"delta\":{},"));
        var e = assertThrows(IOException.class, () -> read(true, cut));
        assertTrue(e.toString().contains("broke off"), e.toString());
    }

    @Test
    void anErrorInTheStreamIsNoAnswer() {
        var e =
                assertThrows(
                        IOException.class,
                        () -> read(true, "data: {\"error\":{\"message\":\"gone\"}}\n\n"));
        assertTrue(e.toString().contains("gone"), e.toString());
    }

    @Test
    void anObjectOfAnotherKindIsNoAnswer() {
        assertThrows(IOException.class, () -> read(false, "{\"hello\":1}"));
        assertThrows(
                IOException.class,
                () ->
                        read(
                                true,
                                "data: {\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":99999999}]}}]}\n"));
    }
}
