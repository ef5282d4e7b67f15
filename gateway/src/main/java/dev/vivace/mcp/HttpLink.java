package dev.vivace.mcp;

import dev.vivace.config.ToolServer;
import io.modelcontextprotocol.spec.HttpHeaders;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCMessage;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCNotification;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCRequest;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Streamable HTTP. Each message is a request of its own on a virtual thread of its own, so that
 * what goes wrong with one answer is one call's.
 */
final class HttpLink implements Link {
    /** Replies to what the server asks: it can ask faster than it takes them. */
    static final int MOST_REPLIES = 16;

    private static final Logger LOG = LoggerFactory.getLogger(HttpLink.class);
    private static final Duration CONNECT = Duration.ofSeconds(5);
    private static final Duration FAREWELL = Duration.ofSeconds(1);

    /** For what has no answer. */
    private static final Duration TELLING = Duration.ofSeconds(10);

    private static final int MOST_UNDER_WAY = 10_000;
    static final String UNREACHABLE = "nobody answers at its address";
    static final String FORGOTTEN = "it does not know us any more";

    private final String name;
    private final HttpEndpoint endpoint;
    private final Map<Object, Thread> underWay = new ConcurrentHashMap<>();
    private final AtomicInteger replies = new AtomicInteger();
    private final AtomicBoolean over = new AtomicBoolean();
    private volatile @Nullable HttpClient client;
    private volatile @Nullable Listener listener;
    private volatile @Nullable HttpInbox inbox;
    private volatile @Nullable HttpStreams streams;
    private volatile @Nullable HttpEars ears;

    HttpLink(String name, ToolServer.Remote options) {
        this.name = name;
        this.endpoint = new HttpEndpoint(options);
    }

    @Override
    public void open(Listener who) throws IOException {
        try {
            var unused = endpoint.request().build();
        } catch (IllegalArgumentException e) {
            throw new IOException("one of its headers cannot be sent", e);
        }
        HttpClient made = made();
        client = made;
        listener = who;
        inbox = new HttpInbox(name, who);
        streams = new HttpStreams(made, endpoint, inbox, who, this::broken);
    }

    private static HttpClient made() throws IOException {
        try {
            return HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .connectTimeout(CONNECT)
                    .followRedirects(HttpClient.Redirect.NEVER)
                    .build();
        } catch (UncheckedIOException e) {
            throw new IOException("no more connections can be opened here", e);
        }
    }

    /** Some servers refuse whatever comes before they have heard this. */
    @Override
    public void ready(String version, JSONRPCNotification initialized) {
        endpoint.speaks(version);
        exchange(post(initialized), initialized);
        ears = new HttpEars(name, client(), endpoint, inbox(), this::broken);
    }

    private HttpRequest post(JSONRPCMessage message) {
        HttpRequest.Builder post =
                endpoint.request()
                        .header("Content-Type", "application/json")
                        .header("Accept", "application/json, " + HttpEndpoint.EVENTS)
                        .POST(BodyPublishers.ofByteArray(Rpc.bytes(message)));
        // A request has as much time as its caller, who says when nobody waits any more.
        return message instanceof JSONRPCRequest ? post.build() : post.timeout(TELLING).build();
    }

    @Override
    public void send(JSONRPCMessage message) throws IOException {
        if (over.get()) {
            throw new IOException("its connection is closed");
        }
        if (underWay.size() >= MOST_UNDER_WAY) {
            throw new IOException("too much is under way to it");
        }
        boolean reply = message instanceof JSONRPCResponse;
        if (reply && replies.incrementAndGet() > MOST_REPLIES) {
            replies.decrementAndGet();
            throw new IOException("too many replies are under way to it");
        }
        HttpRequest post = post(message);
        Object key = message instanceof JSONRPCRequest asked ? asked.id() : new Object();
        Thread thread =
                Thread.ofVirtual()
                        .name("vivace-mcp-" + name)
                        .unstarted(() -> {
                            try {
                                exchange(post, message);
                            } finally {
                                underWay.remove(key);
                                if (reply) {
                                    replies.decrementAndGet();
                                }
                            }
                        });
        underWay.put(key, thread);
        thread.start();
    }

    private void exchange(HttpRequest post, JSONRPCMessage message) {
        try {
            HttpResponse<InputStream> response = client().send(post, BodyHandlers.ofInputStream());
            try (InputStream body = response.body()) {
                answered(response, body, message);
            }
        } catch (ConnectException | HttpConnectTimeoutException e) {
            failed(message, UNREACHABLE);
            broken(UNREACHABLE);
        } catch (IOException e) {
            failed(message, HttpStreams.BROKEN);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void answered(HttpResponse<InputStream> response, InputStream body, JSONRPCMessage to)
            throws IOException, InterruptedException {
        int status = response.statusCode();
        if (status == 404 && endpoint.hasSession()) {
            failed(to, FORGOTTEN);
            broken(FORGOTTEN);
            return;
        }
        if (status < 200 || status > 299) {
            failed(to, "it answered with HTTP status " + status);
            return;
        }
        response.headers().firstValue(HttpHeaders.MCP_SESSION_ID).ifPresent(endpoint::session);
        if (!(to instanceof JSONRPCRequest asked)) {
            return;
        }
        if (HttpStreams.isOne(response)) {
            streams().take(body, asked.id());
        } else {
            inbox().body(body, asked.id());
        }
    }

    private HttpClient client() {
        return Objects.requireNonNull(client);
    }

    private Listener listening() {
        return Objects.requireNonNull(listener);
    }

    private HttpInbox inbox() {
        return Objects.requireNonNull(inbox);
    }

    private HttpStreams streams() {
        return Objects.requireNonNull(streams);
    }

    private void failed(JSONRPCMessage message, String why) {
        if (message instanceof JSONRPCRequest asked) {
            listening().failed(asked.id(), why);
        } else if (message instanceof JSONRPCNotification) {
            LOG.debug("mcp server {}: a notification did not arrive: {}", name, why);
        }
    }

    private void broken(String why) {
        if (over.compareAndSet(false, true)) {
            listening().broken(why);
        }
    }

    @Override
    public void forget(Object requestId) {
        Thread waiting = underWay.get(requestId);
        if (waiting != null) {
            waiting.interrupt();
        }
    }

    @Override
    public void close() {
        HttpClient made = client;
        if (made == null) {
            return; // it was never opened
        }
        boolean reachable = over.compareAndSet(false, true);
        HttpEars hearing = ears;
        if (hearing != null) {
            hearing.close();
        }
        if (reachable && endpoint.hasSession()) {
            try {
                var unused =
                        made.send(
                                endpoint.request().timeout(FAREWELL).DELETE().build(),
                                BodyHandlers.discarding());
            } catch (IOException e) {
                LOG.debug("mcp server {}: was not told that we leave", name);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        underWay.values().forEach(Thread::interrupt);
        made.shutdownNow();
    }
}
