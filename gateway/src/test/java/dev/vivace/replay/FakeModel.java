package dev.vivace.replay;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import tools.jackson.databind.JsonNode;

/** A small server that answers chat calls; what it says is up to the test. */
public final class FakeModel implements AutoCloseable {
    /** One answer; a status of 0 cuts the connection without one. */
    public record Reply(int status, Map<String, String> headers, String body) {
        public static Reply json(String body) {
            return new Reply(200, Map.of("content-type", "application/json"), body);
        }

        public static Reply events(String... events) {
            var body = new StringBuilder();
            for (var event : events) {
                body.append("data: ").append(event).append("\n\n");
            }
            return new Reply(200, Map.of("content-type", "text/event-stream"), body.toString());
        }

        Reply with(Map<String, String> more) {
            var all = new java.util.HashMap<>(headers);
            all.putAll(more);
            return new Reply(status, all, body);
        }
    }

    public record Request(String path, Map<String, List<String>> headers, JsonNode body) {}

    final List<Request> requests = new CopyOnWriteArrayList<>();
    final AtomicInteger underWay = new AtomicInteger();
    final AtomicInteger mostUnderWay = new AtomicInteger();
    private final HttpServer server;

    public FakeModel(Function<JsonNode, Reply> answer) throws IOException {
        this(answer, Map.of());
    }

    /**
     * @param pages what GET answers, by path
     */
    public FakeModel(
            Function<JsonNode, Reply> answer,
            Map<String, java.util.function.Supplier<String>> pages)
            throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", exchange -> handle(exchange, answer, pages));
        server.start();
    }

    private void handle(
            HttpExchange exchange,
            Function<JsonNode, Reply> answer,
            Map<String, java.util.function.Supplier<String>> pages)
            throws IOException {
        try (exchange) {
            var path = exchange.getRequestURI().getPath();
            if (exchange.getRequestMethod().equals("GET")) {
                var page = pages.get(path);
                send(
                        exchange,
                        page == null
                                ? new Reply(404, Map.of(), "nothing here")
                                : Reply.json(page.get()));
                return;
            }
            var body = Json.MAPPER.readTree(exchange.getRequestBody().readAllBytes());
            requests.add(new Request(path, Map.copyOf(exchange.getRequestHeaders()), body));
            mostUnderWay.accumulateAndGet(underWay.incrementAndGet(), Math::max);
            try {
                send(exchange, answer.apply(body));
            } finally {
                underWay.decrementAndGet();
            }
        }
    }

    private static void send(HttpExchange exchange, Reply reply) throws IOException {
        if (reply.status() == 0) {
            return;
        }
        reply.headers().forEach(exchange.getResponseHeaders()::add);
        var bytes = reply.body().getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(reply.status(), bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    /** An answer that depends on the messages alone, with 10 prompt tokens each and 4 cached. */
    static Reply echo(JsonNode body) {
        var content = "answer " + body.path("messages").hashCode();
        var prompt = 10 * body.path("messages").size();
        var usage =
                "{\"prompt_tokens\":%d,\"completion_tokens\":3,\"prompt_tokens_details\":{\"cached_tokens\":4}}"
                        .formatted(prompt);
        if (!body.path("stream").asBoolean(false)) {
            return Reply.json(
                    "{\"choices\":[{\"message\":{\"role\":\"assistant\",\"content\":\"%s\"},\"finish_reason\":\"stop\"}],\"usage\":%s}"
                            .formatted(content, usage));
        }
        return Reply.events(
                "{\"choices\":[{\"delta\":{\"role\":\"assistant\",\"content\":\"\"}}]}",
                "{\"choices\":[{\"delta\":{\"content\":\"answer \"}}]}",
                "{\"choices\":[{\"delta\":{\"content\":\"%s\"},\"finish_reason\":\"stop\"}]}"
                        .formatted(content.substring("answer ".length())),
                "{\"choices\":[],\"usage\":%s}".formatted(usage),
                "[DONE]");
    }

    public URI url() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/v1");
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
