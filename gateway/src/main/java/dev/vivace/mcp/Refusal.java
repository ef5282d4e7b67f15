package dev.vivace.mcp;

import io.modelcontextprotocol.spec.HttpHeaders;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** Why a server lets nobody in, in its own words: the SDK's client keeps those to itself. */
final class Refusal {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int LONGEST_BODY = 64 << 10;
    private static final int LONGEST = 300;
    private static final int OK = 200;

    private Refusal() {}

    /**
     * Asks once more for a session; what it says, and what to do; empty if there is none to see.
     */
    static Optional<String> of(URI url, Optional<String> key) {
        try (HttpClient client = HttpClient.newBuilder().connectTimeout(PATIENCE).build()) {
            try {
                var answer =
                        client.sendAsync(
                                        hello(url, key),
                                        BodyHandlers.limiting(
                                                BodyHandlers.ofByteArray(), LONGEST_BODY))
                                .get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
                if (answer.statusCode() == OK) {
                    end(client, url, key, answer);
                    return Optional.empty();
                }
                return Optional.of(told(answer, key));
            } catch (ExecutionException e) {
                return e.getCause() instanceof ConnectException
                                || e.getCause() instanceof HttpConnectTimeoutException
                        ? Optional.of(
                                "cannot reach "
                                        + url
                                        + ": is the gateway running, and is the address right?")
                        : Optional.empty();
            } catch (TimeoutException e) {
                return Optional.empty();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return Optional.empty();
            } finally {
                client.shutdownNow();
            }
        }
    }

    /** A session that nobody goes on with is one less for others. */
    private static void end(
            HttpClient client, URI url, Optional<String> key, HttpResponse<byte[]> hello)
            throws InterruptedException, ExecutionException, TimeoutException {
        Optional<String> session = hello.headers().firstValue(HttpHeaders.MCP_SESSION_ID);
        if (session.isPresent()) {
            HttpRequest.Builder goodbye =
                    HttpRequest.newBuilder(url)
                            .header(HttpHeaders.MCP_SESSION_ID, session.get())
                            .DELETE();
            key.ifPresent(secret -> goodbye.header("Authorization", "Bearer " + secret));
            var unused =
                    client.sendAsync(goodbye.build(), BodyHandlers.discarding())
                            .get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private static HttpRequest hello(URI url, Optional<String> key) {
        String hello =
                """
                {"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"%s",\
                "capabilities":{},"clientInfo":{"name":"vivace-cli","version":"1"}}}\
                """
                        .formatted(Rpc.VERSIONS.getFirst());
        HttpRequest.Builder request =
                HttpRequest.newBuilder(url)
                        .header("Content-Type", "application/json")
                        .header("Accept", "application/json, text/event-stream")
                        .POST(HttpRequest.BodyPublishers.ofString(hello));
        key.ifPresent(secret -> request.header("Authorization", "Bearer " + secret));
        return request.build();
    }

    private static String told(HttpResponse<byte[]> answer, Optional<String> key) {
        int status = answer.statusCode();
        String said = said(answer.body());
        String advice =
                switch (status) {
                    case 401, 403 ->
                            key.isPresent()
                                    ? "; is the key in VIVACE_KEY the right one?"
                                    : "; set VIVACE_KEY to a client key";
                    case 404, 405 -> "; is the address right? A gateway has its tools at /mcp";
                    default -> "";
                };
        return answer.uri()
                + " answers "
                + status
                + (said.isEmpty() ? "" : ": " + said.replaceFirst("\\.$", ""))
                + advice;
    }

    private static String said(byte[] body) {
        JsonNode answer;
        try {
            answer = Rpc.JSON.readTree(body);
        } catch (JacksonException e) {
            return ""; // a page for people, of whatever else is there
        }
        JsonNode error = answer.path("error");
        String text = error.isString() ? error.asString() : error.path("message").asString("");
        String line = text.replaceAll("[\\p{Cntrl}\\x80-\\x9f]", " ").strip();
        return line.length() > LONGEST ? line.substring(0, LONGEST) + "..." : line;
    }
}
