package dev.vivace.mcp;

import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hears what a server says unasked, for as long as it offers that: on a stream that is opened again
 * when it ends. Thread-safe.
 */
final class HttpEars implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HttpEars.class);

    private final String name;
    private final HttpClient client;
    private final HttpEndpoint endpoint;
    private final HttpInbox inbox;
    private final Consumer<String> broken;
    private final Thread thread;

    /**
     * Begins to listen.
     *
     * @param broken told why, if that ends the session
     */
    HttpEars(
            String name,
            HttpClient client,
            HttpEndpoint endpoint,
            HttpInbox inbox,
            Consumer<String> broken) {
        this.name = name;
        this.client = client;
        this.endpoint = endpoint;
        this.inbox = inbox;
        this.broken = broken;
        this.thread = Thread.ofVirtual().name("vivace-mcp-" + name + "-hears").start(this::hear);
    }

    private void hear() {
        var backoff = new Backoff();
        String last = "";
        try {
            while (true) {
                long began = System.nanoTime();
                Optional<Duration> retry = Optional.empty();
                try {
                    HttpResponse<InputStream> response =
                            client.send(
                                    endpoint.stream(last).build(), BodyHandlers.ofInputStream());
                    try (InputStream body = response.body()) {
                        int status = response.statusCode();
                        if (status == 404 && endpoint.hasSession()) {
                            broken.accept(HttpLink.FORGOTTEN);
                            return;
                        }
                        if (status >= 400 && status < 500 && status != 408 && status != 429) {
                            return; // it does not offer that
                        }
                        if (status == 200) {
                            var events = new Events(body, Rpc.LONGEST);
                            try {
                                var unused = inbox.events(events, Optional.empty());
                            } finally {
                                last = events.lastId().isEmpty() ? last : events.lastId();
                                retry = events.retry();
                            }
                        }
                    }
                } catch (IOException e) {
                    LOG.debug("mcp server {}: its stream broke", name);
                } catch (IllegalArgumentException e) {
                    last = ""; // which cannot be sent back
                }
                Duration wait = backoff.after(Duration.ofNanos(System.nanoTime() - began));
                Thread.sleep(HttpStreams.wait(retry, wait));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
