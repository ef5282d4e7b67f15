package dev.vivace.simulator;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A simulator and a client of it. */
final class Api implements AutoCloseable {
    static final JsonMapper JSON = new JsonMapper();
    static final String CHAT = "/v1/chat/completions";

    final Simulator simulator;
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    Api(SimulatorOptions options) {
        simulator = Simulator.start(options);
    }

    static Api atOnce() {
        return new Api(SimulatorOptions.defaults().withTimeScale(0));
    }

    /** A chat request about a text. */
    static String chat(String text, String... fields) {
        return chatOf("[{\"role\": \"user\", \"content\": %s}]".formatted(quoted(text)), fields);
    }

    static String chatOf(String messages, String... fields) {
        String more = fields.length == 0 ? "" : ", " + String.join(", ", fields);
        return "{\"model\": \"gpt-4o-mini\", \"messages\": %s%s}".formatted(messages, more);
    }

    static String quoted(String text) {
        return JSON.writeValueAsString(text);
    }

    HttpResponse<String> post(String path, String body, String... headers) {
        return send("POST", path, body, headers);
    }

    HttpResponse<String> send(String method, String path, String body, String... headers) {
        var request = HttpRequest.newBuilder(uri(path)).timeout(Duration.ofSeconds(30));
        if (headers.length > 0) {
            request.headers(headers);
        }
        try {
            return client.send(
                    request.method(method, BodyPublishers.ofString(body)).build(),
                    BodyHandlers.ofString());
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    URI uri(String path) {
        return simulator.address().resolve(path);
    }

    /** The JSON of an answer that has to be 200. */
    JsonNode ask(String path, String body, String... headers) {
        var answer = post(path, body, headers);
        if (answer.statusCode() != 200) {
            throw new AssertionError(answer.statusCode() + " " + answer.body());
        }
        return JSON.readTree(answer.body());
    }

    JsonNode ask(String body) {
        return ask(CHAT, body);
    }

    JsonNode message(String body) {
        return ask(body).at("/choices/0/message");
    }

    /** The JSON of each event. */
    static List<JsonNode> events(String stream) {
        return stream.lines()
                .filter(line -> line.startsWith("data: {"))
                .map(line -> JSON.readTree(line.substring(6)))
                .toList();
    }

    /** A request as bytes on the wire. */
    static byte[] wire(String body) {
        return ("POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s"
                        .formatted(body.getBytes(StandardCharsets.UTF_8).length, body))
                .getBytes(StandardCharsets.UTF_8);
    }

    /** Waits for what another thread brings about. */
    static void until(BooleanSupplier condition) {
        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("it did not happen within 20 s");
            }
            Thread.yield();
        }
    }

    @Override
    public void close() {
        client.close();
        simulator.close();
    }
}
