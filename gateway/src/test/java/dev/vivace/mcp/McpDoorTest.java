package dev.vivace.mcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vivace.config.Config;
import dev.vivace.config.ToolServer;
import dev.vivace.gateway.Gateway;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What HTTP says at {@code /mcp}. */
class McpDoorTest {
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final String HELLO =
            "{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"initialize\",\"params\":{\"protocolVersion\":\"2024-11-05\"}}";

    @SuppressWarnings("NullAway.Init")
    private static EchoServer server;

    @SuppressWarnings("NullAway.Init")
    private static McpGateway gateway;

    @BeforeAll
    static void start() throws IOException {
        server = new EchoServer();
        gateway =
                new McpGateway(
                        McpGateway.servers(
                                "echo",
                                new ToolServer.Remote(
                                        server.url(), Map.of(), ToolServer.Terms.DEFAULT)));
    }

    @AfterAll
    static void stop() {
        gateway.close();
        server.close();
    }

    private static String session() throws Exception {
        return gateway.post(HELLO).headers().firstValue("mcp-session-id").orElseThrow();
    }

    @Test
    void greetsInTheVersionThatIsAskedFor() throws Exception {
        HttpResponse<String> hello = gateway.post(HELLO);
        assertEquals(200, hello.statusCode());
        assertEquals("application/json", hello.headers().firstValue("content-type").orElse(""));
        assertTrue(hello.body().contains("\"protocolVersion\":\"2024-11-05\""), hello.body());
        String unknown = gateway.post(HELLO.replace("2024-11-05", "1999-01-01")).body();
        assertTrue(unknown.contains("\"protocolVersion\":\"2025-11-25\""), unknown);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    {                                                     | 400 | -32700 | Not valid JSON, in line 1
                    {"jsonrpc":"2.0","id":1,"method":"ping"} x            | 400 | -32700 | Not valid JSON
                    {"jsonrpc":"2.0","id":1,"id":2,"method":"ping"}       | 400 | -32700 | Not valid JSON
                    []                                                    | 400 | -32600 | Batches
                    {"id":1,"method":"ping"}                              | 400 | -32600 | "jsonrpc\\": \\"2.0
                    {"jsonrpc":"2.0","id":null,"method":"ping"}           | 400 | -32600 | id
                    {"jsonrpc":"2.0","id":1.5,"method":"ping"}            | 400 | -32600 | id
                    {"jsonrpc":"2.0","id":1,"method":"ping","params":[]}  | 400 | -32600 | params
                    {"jsonrpc":"2.0","id":1}                              | 400 | -32600 | neither method nor result
                    {"jsonrpc":"2.0","id":1,"method":"rm"}                | 200 | -32601 | does not take 'rm'
                    {"jsonrpc":"2.0","id":1,"method":"tools/call"}        | 200 | -32602 | params.name
                    {"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"x"}} | 200 | -32602 | There is no tool 'x'
                    {"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"echo_echo","arguments":[]}} | 200 | -32602 | params.arguments
                    {"jsonrpc":"2.0","id":1,"method":"prompts/get","params":{"name":"x"}} | 200 | -32602 | no prompt 'x'
                    {"jsonrpc":"2.0","id":1,"method":"resources/read","params":{"uri":"x:"}} | 200 | -32002 | No server has
                    """)
    void saysWhatIsWrong(String body, int status, int code, String says) throws Exception {
        HttpResponse<String> answer = gateway.post(body, "mcp-session-id", session());
        assertEquals(status, answer.statusCode(), answer.body());
        assertTrue(answer.body().contains("\"code\":" + code), answer.body());
        assertTrue(
                answer.body().replace("\\\"", "\"").contains(says.replace("\\\"", "\"")),
                answer.body());
    }

    @Test
    void readsOnlySoMuch() throws Exception {
        String many =
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\",\"params\":{\"a\":["
                        + "{},".repeat(300_000)
                        + "{}]}}";
        HttpResponse<String> answer = gateway.post(many, "mcp-session-id", session());
        assertEquals(400, answer.statusCode());
        assertTrue(answer.body().contains("at most 500000 names"), answer.body());
        // Of who is not known it is not even read that far.
        assertTrue(gateway.post(many).body().contains("Mcp-Session-Id is missing"));
        assertEquals(404, gateway.post(many, "mcp-session-id", "0123").statusCode());
        String longer = "{\"x\":\"" + "x".repeat(8 << 20) + "\"}";
        assertEquals(413, gateway.post(longer, "mcp-session-id", session()).statusCode());
    }

    @Test
    void aSessionBelongsToWhoeverBeganItAndEndsWhenItIsToldTo() throws Exception {
        String ping = "{\"jsonrpc\":\"2.0\",\"id\":\"p\",\"method\":\"ping\"}";
        assertEquals(400, gateway.post(ping).statusCode());
        assertEquals(404, gateway.post(ping, "mcp-session-id", "0123").statusCode());
        String id = session();
        assertEquals(
                "{\"jsonrpc\":\"2.0\",\"id\":\"p\",\"result\":{}}",
                gateway.post(ping, "mcp-session-id", id).body());
        assertEquals(
                404,
                gateway.post(ping, "mcp-session-id", id, "authorization", "Bearer other")
                        .statusCode());
        assertEquals(
                400,
                gateway.post(ping, "mcp-session-id", id, "mcp-protocol-version", "1").statusCode());
        HttpRequest delete =
                HttpRequest.newBuilder(gateway.url()).header("mcp-session-id", id).DELETE().build();
        assertEquals(204, HTTP.send(delete, HttpResponse.BodyHandlers.discarding()).statusCode());
        assertEquals(404, gateway.post(ping, "mcp-session-id", id).statusCode());
    }

    @Test
    void whoListensIsToldWhenTheSessionEnds() throws Exception {
        String id = session();
        HttpRequest get =
                HttpRequest.newBuilder(gateway.url())
                        .header("mcp-session-id", id)
                        .header("accept", "text/event-stream")
                        .build();
        HttpResponse<InputStream> first = HTTP.send(get, HttpResponse.BodyHandlers.ofInputStream());
        assertEquals(200, first.statusCode());
        // The next one takes its place.
        HttpResponse<InputStream> next = HTTP.send(get, HttpResponse.BodyHandlers.ofInputStream());
        assertEquals(":\n\n", new String(first.body().readAllBytes()));
        HttpRequest delete =
                HttpRequest.newBuilder(gateway.url()).header("mcp-session-id", id).DELETE().build();
        assertEquals(204, HTTP.send(delete, HttpResponse.BodyHandlers.discarding()).statusCode());
        assertEquals(":\n\n", new String(next.body().readAllBytes()));
        HttpRequest other =
                HttpRequest.newBuilder(gateway.url())
                        .header("mcp-session-id", session())
                        .header("accept", "application/json")
                        .build();
        assertEquals(406, HTTP.send(other, HttpResponse.BodyHandlers.discarding()).statusCode());
    }

    @Test
    void refusesOtherMethodsAndOrigins() throws Exception {
        HttpRequest put =
                HttpRequest.newBuilder(gateway.url())
                        .PUT(HttpRequest.BodyPublishers.ofString("{}"))
                        .build();
        HttpResponse<String> answer = HTTP.send(put, HttpResponse.BodyHandlers.ofString());
        assertEquals(405, answer.statusCode());
        assertEquals("POST, GET, DELETE", answer.headers().firstValue("allow").orElse(""));
        assertEquals(403, gateway.post(HELLO, "origin", "http://evil.example").statusCode());
    }

    @Test
    void thereIsNothingWhereNoServersAreConfigured() throws Exception {
        try (Gateway none =
                Gateway.start(
                        Config.proxyTo(URI.create("http://127.0.0.1:1/v1"), Optional.empty())
                                .withServer(new Config.Server("127.0.0.1", 0)))) {
            HttpRequest post =
                    HttpRequest.newBuilder(none.address().resolve("/mcp"))
                            .POST(HttpRequest.BodyPublishers.ofString(HELLO))
                            .build();
            HttpResponse<String> answer = HTTP.send(post, HttpResponse.BodyHandlers.ofString());
            assertEquals(404, answer.statusCode());
            assertTrue(answer.body().contains("No MCP servers are configured"), answer.body());
        }
    }
}
