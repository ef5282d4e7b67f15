package dev.vivace.mcp;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.vivace.config.ToolServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A server over HTTP, without sessions and streams. */
final class PlainServer implements AutoCloseable {
    private static final JsonMapper JSON = new JsonMapper();

    /** What it says; on any thread, and may block. */
    interface Answers {
        /** The member of an answer that is not its id: {@link #result} or an error. */
        String to(String method, JsonNode params);
    }

    private final Answers answers;
    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    PlainServer(Answers answers) throws IOException {
        this.answers = answers;
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/mcp", this::answer);
        server.start();
    }

    URI url() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/mcp");
    }

    ToolServer options(ToolServer.Terms terms) {
        return new ToolServer.Remote(url(), Map.of(), terms);
    }

    /** An answer to {@code initialize}. */
    static String hello(String capabilities) {
        return result(
                "{\"protocolVersion\":\"2025-06-18\",\"capabilities\":"
                        + capabilities
                        + ",\"serverInfo\":{\"name\":\"plain\",\"version\":\"1\"}}");
    }

    static String result(String object) {
        return "\"result\":" + object;
    }

    static String error(int code, String message) {
        return "\"error\":{\"code\":" + code + ",\"message\":\"" + message + "\"}";
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            JsonNode message = JSON.readTree(exchange.getRequestBody());
            if (!exchange.getRequestMethod().equals("POST") || !message.has("id")) {
                exchange.sendResponseHeaders(message.has("method") ? 202 : 405, -1);
                return;
            }
            String said = answers.to(message.path("method").asString(""), message.path("params"));
            byte[] body =
                    ("{\"jsonrpc\":\"2.0\",\"id\":" + message.get("id") + "," + said + "}")
                            .getBytes(UTF_8);
            exchange.getResponseHeaders().set("content-type", "application/json");
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
