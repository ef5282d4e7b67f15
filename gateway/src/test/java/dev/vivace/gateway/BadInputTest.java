package dev.vivace.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vivace.config.Config;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A clear error for who sends what nobody can read, and nothing for anybody else. */
@Timeout(60)
final class BadInputTest {
    private static final int BODY_LIMIT = 64 << 10;
    private static final String GOOD = Chat.ask("good");

    private Upstream upstream;
    private Gateway gateway;
    private Wire other;

    @BeforeEach
    void start() throws Exception {
        upstream = Upstream.start(Chat::reply);
        gateway = Gateways.limited(upstream.url(), new Config.Limits(BODY_LIMIT, 4 << 20));
        other = new Wire(gateway.address());
        other.post(Chat.PATH, Chat.ask("before")).answer();
        upstream.forget();
    }

    /** After every bad request: nothing reached the upstream, and others work as before. */
    @AfterEach
    void othersAreUndisturbed() throws Exception {
        try {
            assertEquals(List.of(), upstream.calls(), "it must not reach the upstream");
            assertEquals(200, other.post(Chat.PATH, Chat.ask("after")).answer().status());
            Gateways.awaitIdle(gateway);
        } finally {
            other.close();
            gateway.close();
            upstream.close();
        }
    }

    static Stream<String> unreadable() {
        String user = "\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]";
        return Stream.of(
                "{not json",
                "",
                GOOD.substring(0, GOOD.length() - 5),
                GOOD + GOOD,
                GOOD + "x",
                "[1, 2]",
                "\"hello\"",
                "null",
                "{" + user + "}",
                "{\"model\":7," + user + "}",
                "{\"model\":\"\"," + user + "}",
                "{\"model\":null," + user + "}",
                "{\"model\":\"m-1\"}",
                "{\"model\":\"m-1\",\"messages\":7}",
                "{\"model\":\"m-1\",\"messages\":{}}",
                "{\"model\":\"m-1\",\"stream\":\"yes\"," + user + "}",
                "{\"model\":\"m-1\",\"stream\":1," + user + "}",
                "{\"model\":\"m-1\",\"temperature\":\"0\"," + user + "}",
                "{\"model\":\"m-1\",\"temperature\":NaN," + user + "}",
                "{\"model\":\"m-1\",\"seed\":01," + user + "}",
                "{\"model\":\"m-1\",\"cache\":{\"ttl\":\"long\"}," + user + "}",
                "{\"model\":\"m-1\",\"stream_options\":{\"include_usage\":3}," + user + "}",
                "{\"model\":\"m-1\",\"model\":\"m-2\"," + user + "}",
                "{\"model\":\"m-1\"," + user + "," + user + "}",
                "{\"model\":\"m-1\",\"x\":{\"a\":1,\"\\u0061\":2}," + user + "}",
                "{\"\\u006dodel\":\"m-1\"," + user + "}",
                "{\"model\":\"m-1\",\"x\":\"a\u0001b\"," + user + "}",
                "{\"model\":\"m-1\",\"x\":" + "[".repeat(10_000) + "]".repeat(10_000) + "}",
                "{\"model\":\"m-1\",\"x\":" + "{\"a\":".repeat(9_000));
    }

    @ParameterizedTest
    @MethodSource("unreadable")
    void aBodyThatCannotBeRead(String body) throws Exception {
        for (String path : List.of(Chat.PATH, "/v1/messages")) {
            try (var wire = new Wire(gateway.address())) {
                refused(wire.post(path, body).answer(), 400, path);
                refused(wire.post(path, body).answer(), 400, path);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"\u00ff\u00fe", "\u00c0\u00af", "\u00ed\u00a0\u0080", "\u00e9"})
    void badUtf8(String latin1) throws Exception {
        byte[] body = Chat.ask(latin1).getBytes(StandardCharsets.ISO_8859_1);
        try (var wire = new Wire(gateway.address())) {
            refused(wire.request("POST", Chat.PATH, body).answer(), 400, Chat.PATH);
        }
    }

    @Test
    void anErrorSaysWhere() throws Exception {
        Wire.Answer answer =
                Wire.ask(gateway.address(), Chat.PATH, "{\"model\":\"m-1\",\n \"messages\":[7 8]}");
        assertTrue(answer.text().contains("line 2"), answer.text());
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1/chat/completions", "/v1/messages", "/v1/responses"})
    void aBodyOverTheLimitThatSaysSo(String path) throws Exception {
        try (var wire = new Wire(gateway.address())) {
            wire.send(
                    "POST " + path + " HTTP/1.1\r\nHost: x\r\nContent-Length: 9999999999\r\n\r\n");
            Wire.Answer answer = wire.answer();
            refused(answer, 413, path);
            assertTrue(answer.text().contains("" + BODY_LIMIT), answer.text());
            assertTrue(wire.closed());
        }
    }

    @Test
    void aBodyOverTheLimitThatOnlyGrows() throws Exception {
        byte[] part =
                ("4000\r\n" + "x".repeat(0x4000) + "\r\n").getBytes(StandardCharsets.US_ASCII);
        try (var wire = new Wire(gateway.address())) {
            wire.send(
                    "POST /v1/messages HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
            for (int sent = 0; sent <= BODY_LIMIT; sent += 0x4000) {
                wire.send(part);
            }
            refused(wire.answer(), 413, "/v1/messages");
            assertTrue(wire.closed());
        }
    }

    @Test
    void aBodyOfExactlyTheLimitIsNone() throws Exception {
        String body = GOOD + " ".repeat(BODY_LIMIT - GOOD.length());
        assertEquals(200, Wire.ask(gateway.address(), Chat.PATH, body).status());
        try (var wire = new Wire(gateway.address())) {
            wire.send(
                    "POST "
                            + Chat.PATH
                            + " HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
            wire.send(Integer.toHexString(BODY_LIMIT) + "\r\n" + body + "\r\n0\r\n\r\n");
            assertEquals(200, wire.answer().status());
        }
        upstream.forget();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "x-vivace-cache-ttl: soon",
                "x-vivace-cache-mode: sometimes",
                "Cache-Control: max-age=soon"
            })
    void aControlHeaderWithoutMeaning(String header) throws Exception {
        String name = header.substring(0, header.indexOf(':')).toLowerCase(java.util.Locale.ROOT);
        for (String path : List.of(Chat.PATH, "/v1/messages", "/v1/files")) {
            Wire.Answer answer = Wire.ask(gateway.address(), path, GOOD, header);
            refused(answer, 400, path);
            assertTrue(answer.text().contains(name), answer.text());
        }
    }

    @Test
    void unknownPathsAndWrongMethods() throws Exception {
        var expected = new TreeMap<String, Integer>();
        expected.put("GET /nothing", 404);
        expected.put("POST /nothing", 404);
        expected.put("GET /v1", 404);
        expected.put("GET /admin/nothing", 404);
        expected.put("POST /healthz", 405);
        expected.put("DELETE /metrics", 405);
        expected.put("GET /admin/cache/invalidate", 405);
        expected.put("GET /admin/ledger?limit=%zz", 400);
        expected.put("GET /admin/ledger?limit=x", 400);
        expected.put("OPTIONS *", 404);
        try (var wire = new Wire(gateway.address())) {
            for (Map.Entry<String, Integer> entry : expected.entrySet()) {
                String[] parts = entry.getKey().split(" ", 2);
                Wire.Answer answer = wire.request(parts[0], parts[1], new byte[0]).answer();
                assertEquals(entry.getValue(), answer.status(), entry.getKey());
                refused(answer, entry.getValue(), parts[1]);
            }
            assertEquals(
                    Optional.of("GET"),
                    wire.request("PUT", "/readyz", new byte[0]).answer().head().header("allow"));
        }
        Wire.Answer posted = Wire.ask(gateway.address(), "/nothing", GOOD);
        refused(posted, 404, "/nothing");
    }

    @Test
    void aPackedBodyIsNotRead() throws Exception {
        for (String path : List.of("/v1/messages", "/v1/embeddings")) {
            refused(Wire.ask(gateway.address(), path, GOOD, "Content-Encoding: gzip"), 415, path);
        }
        Wire.Answer plain =
                Wire.ask(gateway.address(), Chat.PATH, GOOD, "Content-Encoding: identity");
        assertEquals(200, plain.status(), plain.text());
        upstream.forget();
    }

    @Test
    void aHeadOverTheLimit() throws Exception {
        try (var wire = new Wire(gateway.address())) {
            wire.send(
                    "POST /v1/messages HTTP/1.1\r\nHost: x\r\nX-Big: "
                            + "a".repeat(70_000)
                            + "\r\n\r\n");
            refused(wire.answer(), 431, "/v1/messages");
            assertTrue(wire.closed());
        }
        try (var wire = new Wire(gateway.address())) {
            wire.send("GET /" + "a".repeat(20_000) + " HTTP/1.1\r\nHost: x\r\n\r\n");
            refused(wire.answer(), 414, "");
            assertTrue(wire.closed());
        }
    }

    static Stream<String> ambiguous() {
        String length = "Content-Length: " + GOOD.length() + "\r\n";
        String end = "\r\n" + GOOD;
        return Stream.of(
                "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /v1/secret HTTP/1.1\r\nHost: x\r\n\r\n",
                length + "Content-Length: 3\r\n" + end,
                "Content-Length: +" + GOOD.length() + "\r\n" + end,
                "Content-Length: -1\r\n" + end,
                "Content-Length: 99999999999999999999\r\n" + end,
                "Transfer-Encoding: xchunked\r\n" + length + end,
                "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
                "Transfer-Encoding : chunked\r\n" + length + end,
                "X-A: b\r\n Transfer-Encoding: chunked\r\n" + length + end,
                "X-A: b\r\n\tc\r\n" + length + end,
                " X-A: b\r\n" + length + end,
                "X-A\r\n" + length + end,
                ": b\r\n" + length + end,
                "X-\u0000A: b\r\n" + length + end,
                "X-A: a\rb\r\n" + length + end,
                "Transfer-Encoding: chunked\r\n\r\n-1\r\nGET /v1/secret HTTP/1.1\r\nHost: x\r\n\r\n0\r\n\r\n",
                "Transfer-Encoding: chunked\r\n\r\nzz\r\nGET /v1/secret HTTP/1.1\r\nHost: x\r\n\r\n0\r\n\r\n");
    }

    @ParameterizedTest
    @MethodSource("ambiguous")
    void whatCouldBeReadInTwoWays(String rest) throws Exception {
        try (var wire = new Wire(gateway.address())) {
            wire.send("POST " + Chat.PATH + " HTTP/1.1\r\nHost: x\r\n" + rest);
            wire.socket.shutdownOutput();
            byte[] got = everything(wire);
            String text = new String(got, StandardCharsets.ISO_8859_1);
            assertTrue(text.isEmpty() || text.matches("(?s)HTTP/1\\.[01] (400|501) .*"), text);
            assertFalse(text.contains(" 200 "), text);
        }
    }

    private static byte[] everything(Wire wire) {
        var got = new ByteArrayOutputStream();
        try {
            for (int b = wire.in.read(); b >= 0; b = wire.in.read()) {
                got.write(b);
            }
        } catch (IOException reset) {
            // what came before it counts
        }
        return got.toByteArray();
    }

    @Test
    void aFoldedLineIsSeenHoweverTheHeadIsCut() throws Exception {
        String head = "\r\nGET /healthz HTTP/1.1\r\nHost: x\r\nX-A: b\r\n c\r\n\r\n";
        for (int cut = 1; cut < head.length(); cut++) {
            try (var wire = new Wire(gateway.address())) {
                // A whole answer between the two parts: the first has been read when it comes.
                wire.send("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n" + head.substring(0, cut));
                assertEquals(200, wire.answer().status());
                wire.send(head.substring(cut));
                assertEquals(400, wire.answer().status(), "cut at " + cut);
                assertTrue(wire.closed());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/2.0",
                "HTTP/0.9",
                "XHTTP/1.1",
                "Http/1.1",
                "HTTP/1.2",
                "ICY/1.1",
                "\u00e9HTTP/1.1"
            })
    void anotherVersion(String version) throws Exception {
        try (var wire = new Wire(gateway.address())) {
            wire.send("GET /v1/models " + version + "\r\nHost: x\r\n\r\n");
            refused(wire.answer(), 400, "");
            assertTrue(wire.closed());
        }
    }

    @Test
    void aFoldedLineInALaterRequestIsSeen() throws Exception {
        try (var wire = new Wire(gateway.address())) {
            String good = "POST /nothing HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\n\n b\n";
            String chunked =
                    "OPTIONS /v1x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n\n\n c\r\n0\r\n\r\n";
            String healthy = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n";
            wire.send(healthy + healthy + "GET /healthz HTTP/1.1\r\nHost: x\r\n folded\r\n\r\n");
            assertEquals(200, wire.answer().status());
            assertEquals(200, wire.answer().status());
            assertEquals(400, wire.answer().status());
            assertTrue(wire.closed());
            for (String body : List.of(good, chunked)) {
                try (var next = new Wire(gateway.address())) {
                    next.send(body.getBytes(StandardCharsets.US_ASCII));
                    assertEquals(404, next.answer().status(), "only a head has lines");
                }
            }
        }
    }

    @Test
    void linesOfABodyAreNotLinesOfAHead() throws Exception {
        String body = "{\n \"model\":\"m-1\",\n\n\t\"messages\":[\r\n\r\n {}]\n }";
        try (var wire = new Wire(gateway.address())) {
            wire.send(
                    "POST "
                            + Chat.PATH
                            + " HTTP/1.1\r\nHost: x\r\nContent-Length: "
                            + body.length()
                            + "\r\n\r\n");
            for (int i = 0; i < body.length(); i++) {
                wire.send(body.substring(i, i + 1));
            }
            assertEquals(200, wire.answer().status());
            wire.post(Chat.PATH, body);
            assertEquals(200, wire.answer().status());
            wire.send(
                    "POST "
                            + Chat.PATH
                            + " HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
            for (int i = 0; i < body.length(); i++) {
                wire.send("1\r\n" + body.charAt(i) + "\r\n");
            }
            wire.send("0\r\n\r\nGET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
            assertEquals(200, wire.answer().status());
            assertEquals("{\"status\":\"ok\"}", wire.answer().text());
        }
        upstream.forget();
    }

    @ParameterizedTest
    @ValueSource(ints = {10, 60, 100, 200})
    void halfARequestAndGone(int cut) throws Exception {
        byte[] whole = Wire.bytes("POST", Chat.PATH, GOOD.getBytes(StandardCharsets.UTF_8));
        try (var wire = new Wire(gateway.address())) {
            wire.send(java.util.Arrays.copyOf(whole, Math.min(cut, whole.length - 1)));
        }
    }

    private static void refused(Wire.Answer answer, int status, String path) {
        String text = answer.text();
        assertEquals(status, answer.status(), text);
        assertTrue(answer.head().header("content-type").orElse("").startsWith("application/json"));
        boolean anthropic = path.startsWith("/v1/messages");
        assertTrue(
                text.startsWith(
                        anthropic
                                ? "{\"type\":\"error\",\"error\":{\"type\":\""
                                : "{\"error\":{\"message\":\""),
                text);
        assertFalse(text.matches("(?s).*(\\tat |Exception|java\\.|vertx|netty).*"), text);
    }
}
