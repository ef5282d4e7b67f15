package dev.vivace.mcp;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.vivace.config.ToolServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import tools.jackson.databind.JsonNode;

/** A server over HTTP of which a test says how it answers. */
final class OddServer implements AutoCloseable {
    /** One request: what was asked is the message's method, or that of HTTP where there is none. */
    record Asked(HttpExchange exchange, String what, JsonNode message) {
        String header(String name) {
            return Optional.ofNullable(exchange.getRequestHeaders().getFirst(name)).orElse("");
        }

        void result(String json) throws IOException {
            message("\"result\":" + json);
        }

        void message(String member) throws IOException {
            body("application/json", answer(member));
        }

        String answer(String member) {
            return "{\"jsonrpc\":\"2.0\",\"id\":" + message.path("id") + "," + member + "}";
        }

        void body(String type, String text) throws IOException {
            byte[] bytes = text.getBytes(UTF_8);
            exchange.getResponseHeaders().set("content-type", type);
            exchange.sendResponseHeaders(200, bytes.length);
            exchange.getResponseBody().write(bytes);
        }

        void events(String text) throws IOException {
            body("text/event-stream", text);
        }

        void status(int status) throws IOException {
            exchange.sendResponseHeaders(status, -1);
        }
    }

    interface Answers {
        /**
         * @return whether it was answered; what was not is answered as usual
         */
        boolean answer(Asked asked) throws IOException;
    }

    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final String capabilities;
    private final Answers answers;

    /** What it was asked, in order. */
    final List<String> seen = new CopyOnWriteArrayList<>();

    OddServer(String capabilities, Answers answers) throws IOException {
        this.capabilities = capabilities;
        this.answers = answers;
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/mcp", this::handle);
        server.start();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            String method = exchange.getRequestMethod();
            JsonNode message =
                    method.equals("POST")
                            ? Rpc.JSON.readTree(exchange.getRequestBody())
                            : Rpc.object();
            var asked = new Asked(exchange, message.path("method").asString(method), message);
            seen.add(asked.what());
            if (answers.answer(asked)) {
                return;
            }
            switch (asked.what()) {
                case "initialize" -> {
                    exchange.getResponseHeaders().set("mcp-session-id", "s" + times("initialize"));
                    asked.result(
                            "{\"protocolVersion\":\"2025-11-25\",\"capabilities\":"
                                    + capabilities
                                    + "}");
                }
                case "tools/list" -> asked.result("{\"tools\":[" + tool("t", "") + "]}");
                case "ping" -> asked.result("{}");
                case "GET" -> asked.status(405);
                default -> asked.status(202);
            }
        }
    }

    static String tool(String name, String description) {
        return "{\"name\":\""
                + name
                + "\",\"description\":\""
                + description
                + "\",\"inputSchema\":{\"type\":\"object\"}}";
    }

    long times(String what) {
        return seen.stream().filter(what::equals).count();
    }

    ToolServer options() {
        return options(ToolServer.Terms.DEFAULT);
    }

    ToolServer options(ToolServer.Terms terms) {
        return new ToolServer.Remote(
                URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/mcp"),
                Map.of(),
                terms);
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
