package dev.vivace.mcp;

import dev.vivace.config.ToolServer;
import io.modelcontextprotocol.spec.HttpHeaders;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCMessage;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCNotification;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCRequest;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCResponse;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Streamable HTTP. Each message is a request of its own on a virtual thread of its own, so that
 * what goes wrong with one answer is one call's; what the server says unasked comes on a stream
 * that is opened again when it ends.
 */
final class HttpLink implements Link {
    private static final Logger LOG = LoggerFactory.getLogger(HttpLink.class);
    private static final Duration CONNECT = Duration.ofSeconds(5);
    private static final Duration PAUSE = Duration.ofSeconds(1);
    private static final Duration FAREWELL = Duration.ofSeconds(1);
    private static final int MOST_UNDER_WAY = 10_000;
    private static final String EVENTS = "text/event-stream";
    private static final String UNREACHABLE = "nobody answers at its address";

    private final String name;
    private final ToolServer.Remote options;
    private final HttpClient client;
    private final Map<Object, Thread> underWay = new ConcurrentHashMap<>();
    private final AtomicBoolean over = new AtomicBoolean();
    private volatile @Nullable Listener listener;
    private volatile @Nullable String session;
    private volatile @Nullable String version;
    private volatile @Nullable Thread hearing;

    HttpLink(String name, ToolServer.Remote options) {
        this.name = name;
        this.options = options;
        this.client =
                HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .connectTimeout(CONNECT)
                        .followRedirects(HttpClient.Redirect.NEVER)
                        .build();
    }

    @Override
    public void open(Listener who) throws IOException {
        try {
            var unused = request().build();
        } catch (IllegalArgumentException e) {
            throw new IOException("one of its headers cannot be sent", e);
        }
        listener = who;
    }

    @Override
    public void speaks(String negotiated) {
        version = negotiated;
        hearing = Thread.ofVirtual().name("vivace-mcp-" + name + "-hears").start(this::hear);
    }

    private HttpRequest.Builder request() {
        HttpRequest.Builder request = HttpRequest.newBuilder(options.url());
        options.headers().forEach(request::header);
        String id = session;
        if (id != null) {
            request.setHeader(HttpHeaders.MCP_SESSION_ID, id);
        }
        String spoken = version;
        if (spoken != null) {
            request.setHeader(HttpHeaders.PROTOCOL_VERSION, spoken);
        }
        return request;
    }

    @Override
    public void send(JSONRPCMessage message) throws IOException {
        if (over.get()) {
            throw new IOException("its connection is closed");
        }
        if (underWay.size() >= MOST_UNDER_WAY) {
            throw new IOException("too much is under way to it");
        }
        HttpRequest post =
                request()
                        .header("Content-Type", "application/json")
                        .header("Accept", "application/json, " + EVENTS)
                        .POST(BodyPublishers.ofByteArray(Rpc.bytes(message)))
                        .build();
        Object key = message instanceof JSONRPCRequest asked ? asked.id() : new Object();
        Thread thread =
                Thread.ofVirtual()
                        .name("vivace-mcp-" + name)
                        .unstarted(() -> {
                            try {
                                exchange(post, message);
                            } finally {
                                underWay.remove(key);
                            }
                        });
        underWay.put(key, thread);
        thread.start();
    }

    private void exchange(HttpRequest post, JSONRPCMessage message) {
        try {
            HttpResponse<InputStream> response = client.send(post, BodyHandlers.ofInputStream());
            try (InputStream body = response.body()) {
                answered(response, body, message);
            }
        } catch (ConnectException | java.net.http.HttpConnectTimeoutException e) {
            failed(message, UNREACHABLE);
            broken(UNREACHABLE);
        } catch (IOException e) {
            failed(message, "the connection broke before its answer was there");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void answered(HttpResponse<InputStream> response, InputStream body, JSONRPCMessage to)
            throws IOException {
        int status = response.statusCode();
        if (status == 404 && session != null) {
            failed(to, "it does not know us any more");
            broken("it does not know us any more");
            return;
        }
        if (status < 200 || status > 299) {
            failed(to, "it answered with HTTP status " + status);
            return;
        }
        if (session == null) {
            response.headers()
                    .firstValue(HttpHeaders.MCP_SESSION_ID)
                    .filter(id -> id.matches("[!-~]{1,1024}"))
                    .ifPresent(id -> session = id);
        }
        if (!(to instanceof JSONRPCRequest asked)) {
            return;
        }
        String type =
                response.headers().firstValue("content-type").orElse("").toLowerCase(Locale.ROOT);
        if (type.startsWith(EVENTS)) {
            if (!stream(new Events(body, Rpc.LONGEST), asked.id())) {
                failed(to, "its answer ended before it was whole");
            }
        } else {
            byte[] bytes = body.readNBytes(Rpc.LONGEST + 1);
            if (bytes.length > Rpc.LONGEST) {
                failed(to, tooLong());
            } else if (!take(bytes, asked.id())) {
                failed(to, "its answer is no valid message");
            }
        }
    }

    private static String tooLong() {
        return "its answer is longer than " + Rpc.LONGEST + " bytes";
    }

    /** Whether the answer to a request came. */
    private boolean stream(Events events, @Nullable Object asked) throws IOException {
        for (Events.Event event = events.next(); event != null; event = events.next()) {
            if (event.cut()) {
                Object id = MessageId.of(event.data()).orElse(asked);
                if (id != null) {
                    listening().failed(id, tooLong());
                }
                if (Objects.equals(id, asked) && asked != null) {
                    return true;
                }
            } else if (take(event.data(), asked)) {
                return true;
            }
        }
        return false;
    }

    /** Whether it was the answer to that request. */
    private boolean take(byte[] bytes, @Nullable Object asked) {
        JSONRPCMessage message;
        try {
            message = Rpc.read(bytes);
        } catch (RpcException e) {
            LOG.debug("mcp server {}: sent what is no message: {}", name, e.getMessage());
            return false;
        }
        listening().message(message);
        return message instanceof JSONRPCResponse answer && answer.id().equals(asked);
    }

    private Listener listening() {
        return Objects.requireNonNull(listener);
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

    /** What it says unasked, for as long as it offers that. */
    private void hear() {
        String last = "";
        try {
            while (!over.get()) {
                HttpRequest.Builder get = request().header("Accept", EVENTS).GET();
                if (!last.isEmpty()) {
                    get.header(HttpHeaders.LAST_EVENT_ID, last);
                }
                HttpResponse<InputStream> response =
                        client.send(get.build(), BodyHandlers.ofInputStream());
                try (InputStream body = response.body()) {
                    if (response.statusCode() == 404 && session != null) {
                        broken("it does not know us any more");
                        return;
                    }
                    if (response.statusCode() != 200) {
                        return;
                    }
                    var events = new Events(body, Rpc.LONGEST);
                    try {
                        var unused = stream(events, null);
                    } finally {
                        last = events.lastId();
                    }
                } catch (IOException e) {
                    LOG.debug("mcp server {}: its stream broke", name);
                }
                Thread.sleep(PAUSE);
            }
        } catch (IOException e) {
            broken(UNREACHABLE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IllegalArgumentException e) {
            LOG.debug("mcp server {}: its event ids cannot be sent back", name);
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
        boolean reachable = over.compareAndSet(false, true);
        Thread ears = hearing;
        if (ears != null) {
            ears.interrupt();
        }
        if (reachable && session != null) {
            try {
                var unused =
                        client.send(
                                request().timeout(FAREWELL).DELETE().build(),
                                BodyHandlers.discarding());
            } catch (IOException e) {
                LOG.debug("mcp server {}: was not told that we leave", name);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        underWay.values().forEach(Thread::interrupt);
        client.shutdownNow();
    }
}
