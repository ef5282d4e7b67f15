package dev.vivace.replay;

import dev.vivace.replay.Outcome.Failed;
import dev.vivace.replay.Outcome.GaveUp;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** One address where calls are made. Thread-safe; a call blocks the thread that makes it. */
final class Endpoint implements AutoCloseable {
    private static final Duration CONNECT = Duration.ofSeconds(10);

    private final HttpClient client;
    private final ScheduledExecutorService watchdog =
            Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().name("replay-watchdog").daemon().factory());
    private final URI base;
    private final Optional<String> key;
    private final Duration timeout;

    /**
     * @param base an address as {@link #base} makes it
     * @param key sent as a bearer token
     * @param timeout longest time for one answer, from first to last
     */
    Endpoint(URI base, Optional<String> key, Duration timeout) {
        this.base = base;
        this.key = key;
        this.timeout = timeout;
        this.client =
                HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .connectTimeout(CONNECT)
                        .executor(Executors.newVirtualThreadPerTaskExecutor())
                        .build();
    }

    /**
     * Reads a base URL as people write it: an address without a path gets {@code /v1}.
     *
     * @param what names the option, for the message
     * @throws ReplayException if it is no http or https address
     */
    static URI base(String what, String text) {
        try {
            var uri = new URI(text.strip());
            var scheme = uri.getScheme();
            if (uri.getHost() != null && ("http".equals(scheme) || "https".equals(scheme))) {
                var path = uri.getPath().replaceAll("/+$", "");
                return new URI(
                        scheme,
                        null,
                        uri.getHost(),
                        uri.getPort(),
                        path.isEmpty() ? "/v1" : path,
                        null,
                        null);
            }
        } catch (URISyntaxException e) {
            // Answered below like every other address that cannot be used.
        }
        throw new ReplayException(
                what + ": not an address like http://127.0.0.1:8080/v1: " + text.strip());
    }

    /** The address without the {@code /v1}, for what stands beside the API. */
    URI root() {
        return base.resolve("/");
    }

    URI base() {
        return base;
    }

    /** Makes one call and reads its whole answer. */
    Outcome ask(Call call, Duration patience) throws InterruptedException {
        var request =
                HttpRequest.newBuilder(URI.create(base + call.path()))
                        .timeout(patience.compareTo(timeout) < 0 ? patience : timeout)
                        .header("content-type", "application/json")
                        .POST(BodyPublishers.ofByteArray(call.body().get()));
        key.ifPresent(k -> request.header("authorization", "Bearer " + k));
        try {
            return read(client.send(request.build(), BodyHandlers.ofInputStream()));
        } catch (HttpTimeoutException e) {
            return patience.compareTo(timeout) < 0
                    ? new GaveUp()
                    : new Failed("no answer within " + seconds() + " s", 1);
        } catch (ConnectException e) {
            return new Failed("cannot connect to " + root(), 0);
        } catch (IOException e) {
            return new Failed("the connection broke: " + why(e), 1);
        }
    }

    /** Makes one call with the patience that every call has. */
    Outcome ask(Call call) throws InterruptedException {
        return ask(call, timeout);
    }

    private Outcome read(HttpResponse<InputStream> response) throws IOException {
        var receipt = Receipt.of(response.headers());
        // The client's own timeout ends with the headers.
        var late =
                watchdog.schedule(
                        () -> abandon(response.body()), timeout.toMillis(), TimeUnit.MILLISECONDS);
        try (var body = new BodyStream(response.body())) {
            if (response.statusCode() != 200) {
                return new Failed(refusal(response.statusCode(), body), receipt.upstreamCalls());
            }
            var type = response.headers().firstValue("content-type").orElse("");
            return AnswerReader.read(type.startsWith("text/event-stream"), body, receipt);
        } catch (JacksonException e) {
            return new Failed("the answer is no JSON: " + Json.why(e), receipt.upstreamCalls());
        } catch (IOException e) {
            return new Failed(
                    "the answer cannot be used: "
                            + (late.getDelay(TimeUnit.NANOSECONDS) <= 0
                                    ? "not whole within " + seconds() + " s"
                                    : why(e)),
                    receipt.upstreamCalls());
        } finally {
            late.cancel(false);
        }
    }

    private String seconds() {
        return Json.number(timeout.toMillis() / 1000.0).toString();
    }

    private static String refusal(int status, BodyStream body) throws IOException {
        var raw = new String(body.readNBytes(64 << 10), java.nio.charset.StandardCharsets.UTF_8);
        String text;
        try {
            text = AnswerReader.errorText(Json.MAPPER.readTree(raw), raw);
        } catch (JacksonException e) {
            text = raw.strip().lines().findFirst().orElse("");
        }
        text = text.isBlank() ? "no body" : text;
        var advice = status == 401 ? " (the key is read from OPENAI_API_KEY)" : "";
        return status + ": " + text.substring(0, Math.min(text.length(), 203)) + advice;
    }

    /**
     * Reads a small JSON document beside the API, without a credential.
     *
     * @return empty if there is none
     * @throws ReplayException if nothing listens there
     */
    Optional<JsonNode> document(String path) {
        var request = HttpRequest.newBuilder(root().resolve(path)).timeout(CONNECT).build();
        try {
            var response = client.send(request, BodyHandlers.ofByteArray());
            return response.statusCode() == 200
                    ? Optional.of(Json.MAPPER.readTree(response.body()))
                    : Optional.empty();
        } catch (ConnectException | java.net.http.HttpConnectTimeoutException e) {
            throw new ReplayException(
                    "cannot connect to " + root() + ": is it running, and is the address right?");
        } catch (IOException | JacksonException e) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    private static void abandon(InputStream body) {
        try {
            body.close();
        } catch (IOException e) {
            // It ends either way.
        }
    }

    private static String why(IOException e) {
        var message = e.getMessage();
        return message == null || message.isBlank() ? e.getClass().getSimpleName() : message;
    }

    @Override
    public void close() {
        watchdog.shutdownNow();
        client.shutdownNow();
        client.close();
    }
}
