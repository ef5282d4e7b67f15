package dev.vivace.mcp;

import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Takes answers from streams of events. A server may end such a stream before the answer, after an
 * event with an id, and be asked for the rest: it costs less to keep than a connection. That goes
 * on until the thread is interrupted. Thread-safe.
 */
final class HttpStreams {
    static final String BROKEN = "the connection broke before its answer was there";

    private static final String NOT_WHOLE = "its answer ended before it was whole";
    private static final Duration SHORTEST_WAIT = Duration.ofMillis(100);
    private static final Duration USUAL_WAIT = Duration.ofSeconds(1);

    private final HttpClient client;
    private final HttpEndpoint endpoint;
    private final HttpInbox inbox;
    private final Link.Listener listener;
    private final Consumer<String> broken;

    /**
     * @param broken told why, if what came ends the session
     */
    HttpStreams(
            HttpClient client,
            HttpEndpoint endpoint,
            HttpInbox inbox,
            Link.Listener listener,
            Consumer<String> broken) {
        this.client = client;
        this.endpoint = endpoint;
        this.inbox = inbox;
        this.listener = listener;
        this.broken = broken;
    }

    static boolean isOne(HttpResponse<?> response) {
        return response.headers()
                .firstValue("content-type")
                .orElse("")
                .toLowerCase(Locale.ROOT)
                .startsWith(HttpEndpoint.EVENTS);
    }

    /** Takes what comes up to the answer to a request; its asker is told if none does. */
    void take(InputStream from, Object asked) throws InterruptedException {
        String last = "";
        Optional<InputStream> next = Optional.of(from);
        while (next.isPresent()) {
            var events = new Events(next.get(), Rpc.LONGEST);
            String end = NOT_WHOLE;
            try (InputStream body = next.get()) {
                if (inbox.events(events, Optional.of(asked))) {
                    return;
                }
            } catch (IOException e) {
                end = BROKEN;
            }
            last = events.lastId().isEmpty() ? last : events.lastId();
            if (last.isEmpty()) {
                listener.failed(asked, end);
                return;
            }
            next = more(last, wait(events.retry(), USUAL_WAIT), asked);
        }
    }

    /** What comes after an event; empty if nothing will, and its asker was told. */
    private Optional<InputStream> more(String after, Duration first, Object asked)
            throws InterruptedException {
        for (Duration wait = first; ; wait = longer(wait)) {
            Thread.sleep(wait);
            try {
                HttpResponse<InputStream> response =
                        client.send(endpoint.stream(after).build(), BodyHandlers.ofInputStream());
                int status = response.statusCode();
                if (status == 200 && isOne(response)) {
                    return Optional.of(response.body());
                }
                response.body().close();
                if (status == 404 && endpoint.hasSession()) {
                    listener.failed(asked, HttpLink.FORGOTTEN);
                    broken.accept(HttpLink.FORGOTTEN);
                    return Optional.empty();
                }
                if (status < 500 && status != 408 && status != 429) {
                    listener.failed(asked, NOT_WHOLE);
                    return Optional.empty();
                }
            } catch (ConnectException | HttpConnectTimeoutException e) {
                listener.failed(asked, HttpLink.UNREACHABLE);
                broken.accept(HttpLink.UNREACHABLE);
                return Optional.empty();
            } catch (IOException e) {
                continue; // as long as somebody waits
            } catch (IllegalArgumentException e) {
                listener.failed(asked, NOT_WHOLE); // the id cannot be sent back
                return Optional.empty();
            }
        }
    }

    /** What a server wants, but not so little that nothing else is done. */
    static Duration wait(Optional<Duration> wanted, Duration otherwise) {
        Duration wait = wanted.orElse(otherwise);
        return wait.compareTo(SHORTEST_WAIT) < 0 ? SHORTEST_WAIT : wait;
    }

    private static Duration longer(Duration wait) {
        Duration twice = wait.multipliedBy(2);
        return twice.compareTo(Backoff.LONGEST) > 0 ? Backoff.LONGEST : twice;
    }
}
