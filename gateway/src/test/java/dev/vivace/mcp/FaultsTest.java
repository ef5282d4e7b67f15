package dev.vivace.mcp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.vivace.config.ToolServer;
import io.modelcontextprotocol.spec.McpSchema.CallToolResult;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Servers that do everything wrong, over stdio and over HTTP. */
@Timeout(120)
class FaultsTest {
    private static final JsonMapper JSON = new JsonMapper();
    private static final AtomicInteger DEATHS = new AtomicInteger();

    @SuppressWarnings("NullAway.Init")
    private static HttpServer http;

    @SuppressWarnings("NullAway.Init")
    private static McpGateway gateway;

    @BeforeAll
    static void start() throws IOException {
        http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        http.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        http.createContext("/mcp", FaultsTest::answer);
        http.start();
        var address = URI.create("http://127.0.0.1:" + http.getAddress().getPort() + "/mcp");
        var short1 = McpGateway.patient(Duration.ofSeconds(4));
        gateway =
                new McpGateway(
                        McpGateway.servers(
                                "raw",
                                McpGateway.java(RawStdioServer.class, short1),
                                "raw2",
                                McpGateway.java(RawStdioServer.class, ToolServer.Terms.DEFAULT),
                                "web",
                                new ToolServer.Remote(address, Map.of("x-token", "t"), short1),
                                "none",
                                new ToolServer.Local(
                                        "/does/not/exist",
                                        List.of("secret"),
                                        Map.of(),
                                        ToolServer.Terms.DEFAULT),
                                "nobody",
                                new ToolServer.Remote(
                                        URI.create("http://127.0.0.1:1/mcp"),
                                        Map.of(),
                                        ToolServer.Terms.DEFAULT)));
    }

    @AfterAll
    static void stop() {
        gateway.close();
        http.stop(0);
    }

    /** The same as the server over stdio, as far as HTTP has faults of its own. */
    private static void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            if (!exchange.getRequestMethod().equals("POST")
                    || !"t".equals(exchange.getRequestHeaders().getFirst("x-token"))) {
                exchange.sendResponseHeaders(405, -1);
                return;
            }
            JsonNode message = JSON.readTree(exchange.getRequestBody());
            String id = message.path("id").toString();
            switch (message.path("method").asString("")) {
                case "initialize" ->
                        json(
                                exchange,
                                id,
                                "{\"protocolVersion\":\"2025-11-25\",\"capabilities\":{\"tools\":{}}}");
                case "tools/list" -> {
                    var tools = new StringBuilder();
                    for (String name :
                            List.of(
                                    "echo", "hang", "big", "garbage", "die", "cut", "empty",
                                    "status", "html")) {
                        tools.append(tools.isEmpty() ? "" : ",")
                                .append(
                                        "{\"name\":\""
                                                + name
                                                + "\",\"inputSchema\":{\"type\":\"object\"},\"annotations\":{\"readOnlyHint\":true,\"idempotentHint\":true}}");
                    }
                    json(exchange, id, "{\"tools\":[" + tools + "]}");
                }
                case "tools/call" ->
                        call(exchange, id, message.path("params").path("name").asString(""));
                default -> exchange.sendResponseHeaders(202, -1);
            }
        }
    }

    private static void call(HttpExchange exchange, String id, String tool) throws IOException {
        switch (tool) {
            case "echo" ->
                    json(exchange, id, "{\"content\":[{\"type\":\"text\",\"text\":\"here\"}]}");
            case "hang" -> {
                exchange.getResponseHeaders().set("content-type", "text/event-stream");
                exchange.sendResponseHeaders(200, 0);
                exchange.getResponseBody().write(":\n\n".getBytes(UTF_8));
                exchange.getResponseBody().flush();
                try {
                    while (true) {
                        Thread.sleep(100);
                        exchange.getResponseBody().write(":\n\n".getBytes(UTF_8));
                        exchange.getResponseBody().flush();
                    }
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
            case "big" -> {
                exchange.getResponseHeaders().set("content-type", "application/json");
                exchange.sendResponseHeaders(200, 0);
                byte[] piece = "x".repeat(1 << 20).getBytes(UTF_8);
                for (int i = 0; i < 100; i++) {
                    exchange.getResponseBody().write(piece);
                }
            }
            case "garbage" ->
                    body(exchange, "application/json", "{\"jsonrpc\":\"2.0\",\"id\":" + id + ",");
            case "html" -> body(exchange, "text/html", "<html>");
            case "cut", "empty" ->
                    body(
                            exchange,
                            "text/event-stream",
                            tool.equals("cut") ? "data: {\"jsonrpc\":\"2.0\"," : "");
            case "status" -> exchange.sendResponseHeaders(500, -1);
            case "die" -> {
                DEATHS.incrementAndGet();
                exchange.sendResponseHeaders(200, 100);
                exchange.getResponseBody().write('{');
                throw new IOException("dies");
            }
            default -> exchange.sendResponseHeaders(404, -1);
        }
    }

    private static void json(HttpExchange exchange, String id, String result) throws IOException {
        body(
                exchange,
                "application/json",
                "{\"jsonrpc\":\"2.0\",\"id\":" + id + ",\"result\":" + result + "}");
    }

    private static void body(HttpExchange exchange, String type, String text) throws IOException {
        byte[] bytes = text.getBytes(UTF_8);
        exchange.getResponseHeaders().set("content-type", type);
        exchange.sendResponseHeaders(200, bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    raw_big      | The server raw has not answered: its answer is longer than 8388608 bytes.
                    raw_garbage  | The server raw has not answered: its answer is no valid message.
                    raw_wrong    | The server raw has answered with what is no result.
                    raw_hang     | The server raw has not answered within 4.0 s.
                    web_big      | The server web has not answered: its answer is longer than 8388608 bytes.
                    web_garbage  | The server web has not answered: its answer is no valid message.
                    web_html     | The server web has not answered: its answer is no valid message.
                    web_cut      | The server web has not answered: its answer ended before it was whole.
                    web_empty    | The server web has not answered: its answer ended before it was whole.
                    web_status   | The server web has not answered: it answered with HTTP status 500.
                    web_die      | The server web has not answered: the connection broke before its answer was there.
                    web_hang     | The server web has not answered within 4.0 s.
                    """)
    void whatAServerDoesWrongIsOneCallsError(String tool, String says) {
        CallToolResult result = gateway.call(tool, Map.of());
        assertEquals(says, McpGateway.text(result));
        assertTrue(result.isError());
        assertEquals("hi", gateway.text("raw_echo", Map.of("text", "hi")));
        assertEquals("here", gateway.text("web_echo", Map.of()));
    }

    @Test
    void whatAServerSaysOfItselfDoesNotHaveACallSentAgain() {
        int before = DEATHS.get();
        assertTrue(gateway.call("web_die", Map.of()).isError());
        assertEquals(before + 1, DEATHS.get());
    }

    @Test
    void whatNoListMayHoldIsLeftOut() {
        List<String> tools = gateway.tools();
        assertFalse(tools.contains("raw_schemaless"), tools.toString());
        assertFalse(tools.contains("raw_odd"), tools.toString());
        assertTrue(tools.contains("raw2_echo"), tools.toString());
        assertEquals(tools.stream().distinct().toList(), tools);
    }

    @Test
    void whatIsDownSaysSoInReadiness() throws Exception {
        String ready = gateway.get("/readyz");
        assertTrue(ready.contains("\"status\":\"degraded\""), ready);
        assertTrue(ready.contains("\"mcp none\":\"the program exist cannot be started"), ready);
        assertTrue(ready.contains("\"mcp nobody\":\"nobody answers at its address\""), ready);
        assertTrue(ready.contains("\"mcp raw\":\"ok\""), ready);
        assertFalse(ready.contains("secret"), ready);
    }

    @Test
    void nothingOfAResultIsLost() throws Exception {
        var session = new Client();
        String answer =
                session.ask(
                        "{\"jsonrpc\":\"2.0\",\"id\":\"a\",\"method\":\"tools/call\",\"params\":{\"name\":\"raw2_echo\",\"arguments\":{\"text\":\"x\"}}}");
        assertEquals(
                "{\"jsonrpc\":\"2.0\",\"id\":\"a\",\"result\":{\"content\":[{\"type\":\"text\",\"text\":\"x\",\"annotations\":{\"x\":1}}],\"structuredContent\":{\"n\":1.10},\"vendor\":true}}",
                answer);
        String list = session.ask("{\"jsonrpc\":\"2.0\",\"id\":9,\"method\":\"tools/list\"}");
        assertTrue(list.contains("\"vendor\":1.10"), list);
        assertTrue(
                list.contains(
                        "{\"name\":\"raw2_sloppy\",\"inputSchema\":{\"type\":\"object\"},\"annotations\":{}}"),
                list);
        assertTrue(
                session.ask(
                                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"raw2_refuse\"}}")
                        .contains(
                                "\"error\":{\"code\":-32099,\"message\":\"not today\",\"data\":{\"why\":\"x\"}}"));
    }

    @Test
    void whoCancelsIsHeardBehindAndTheOthersGoOn() throws Exception {
        var session = new Client();
        var hanging =
                Thread.ofVirtual()
                        .unstarted(() -> {
                            try {
                                // No stream: its status would be out before anybody cancels.
                                session.status =
                                        session.send(
                                                        "{\"jsonrpc\":\"2.0\",\"id\":77,\"method\":\"tools/call\",\"params\":{\"name\":\"raw2_hang\"}}",
                                                        "accept",
                                                        "application/json")
                                                .statusCode();
                            } catch (Exception e) {
                                throw new IllegalStateException(e);
                            }
                        });
        hanging.start();
        // Whoever cancels what the server has not got yet has nothing cancelled there.
        String heard = "";
        while (!heard.contains("hanging")) {
            heard = gateway.text("raw2_heard", Map.of());
        }
        while (!heard.contains("cancelled")) {
            assertEquals(
                    202,
                    session.send(
                                    "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":77}}")
                            .statusCode());
            heard = gateway.text("raw2_heard", Map.of());
        }
        assertTrue(hanging.join(Duration.ofSeconds(20)), "still waits");
        assertEquals(202, session.status);
        assertEquals("hanging cancelled ", heard);
    }

    @Test
    void aServerThatDiesInACallIsStartedAgain() throws Exception {
        CallToolResult died = gateway.call("raw_die", Map.of());
        assertTrue(died.isError());
        assertEquals(
                "The server raw has not answered: its process ended with exit code 4.",
                McpGateway.text(died));
        assertEquals("there", gateway.text("raw2_echo", Map.of("text", "there")));
        CallToolResult again = gateway.call("raw_echo", Map.of("text", "back"));
        while (Boolean.TRUE.equals(again.isError())) {
            again = gateway.call("raw_echo", Map.of("text", "back"));
        }
        assertEquals("back", McpGateway.text(again));
    }

    /** A client without a library. */
    private static final class Client {
        private final String session;
        private volatile int status;

        Client() throws Exception {
            HttpResponse<String> hello =
                    gateway.post(
                            "{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"initialize\",\"params\":{\"protocolVersion\":\"2025-06-18\",\"capabilities\":{},\"clientInfo\":{\"name\":\"t\",\"version\":\"1\"}}}");
            session = hello.headers().firstValue("mcp-session-id").orElseThrow();
        }

        HttpResponse<String> send(String message, String... headers) throws Exception {
            var all =
                    Stream.concat(
                            Stream.of(
                                    "mcp-session-id",
                                    session,
                                    "mcp-protocol-version",
                                    "2025-06-18"),
                            Stream.of(headers));
            return gateway.post(message, all.toArray(String[]::new));
        }

        String ask(String message) throws Exception {
            return send(message).body();
        }
    }
}
