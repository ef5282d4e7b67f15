package dev.vivace.mcp;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A small server over HTTP, without sessions and streams. */
public final class EchoServer implements AutoCloseable {
    private static final JsonMapper JSON = new JsonMapper();

    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    public EchoServer() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/mcp", EchoServer::answer);
        server.start();
    }

    public URI url() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/mcp");
    }

    private static void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            JsonNode message = JSON.readTree(exchange.getRequestBody());
            if (!exchange.getRequestMethod().equals("POST") || !message.has("id")) {
                exchange.sendResponseHeaders(message.has("method") ? 202 : 405, -1);
                return;
            }
            JsonNode params = message.path("params");
            String result =
                    switch (message.path("method").asString("")) {
                        case "initialize" ->
                                "{\"protocolVersion\":\"2025-06-18\",\"capabilities\":{\"tools\":{}},\"serverInfo\":{\"name\":\"echo\",\"version\":\"1\"}}";
                        case "tools/list" ->
                                "{\"tools\":[{\"name\":\"echo\",\"description\":\"Says it again.\\nAnd again.\",\"inputSchema\":{\"type\":\"object\",\"properties\":{\"times\":{\"type\":\"integer\"}}}},{\"name\":\"fail\",\"description\":\"Fails.\",\"inputSchema\":{\"type\":\"object\"}}]}";
                        case "tools/call" ->
                                switch (params.path("name").asString("")) {
                                    case "echo" -> text(params.path("arguments").path("text"), "");
                                    case "fail" ->
                                            text(
                                                    JSON.getNodeFactory().stringNode("it failed"),
                                                    ",\"isError\":true");
                                    default -> "";
                                };
                        default -> "{}";
                    };
            String answer =
                    result.isEmpty()
                            ? "\"error\":{\"code\":-32602,\"message\":\"Unknown tool\"}"
                            : "\"result\":" + result;
            byte[] body =
                    ("{\"jsonrpc\":\"2.0\",\"id\":" + message.get("id") + "," + answer + "}")
                            .getBytes(UTF_8);
            exchange.getResponseHeaders().set("content-type", "application/json");
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
        }
    }

    private static String text(JsonNode text, String more) {
        return "{\"content\":[{\"type\":\"text\",\"text\":" + text + "}]" + more + "}";
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
