package dev.vivace.gateway;

import dev.vivace.answer.Failure;
import dev.vivace.config.Config;
import dev.vivace.line.Delivery;
import dev.vivace.line.Flight;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.PoolOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Delivery over HTTP/1.1, one per event loop: one pool of connections per upstream, kept alive, on
 * the loop that accepted the client, so that a call never changes threads.
 *
 * <p>A pooled connection that the upstream has closed meanwhile is no failure of the call: if a
 * connection that served before breaks without a byte of an answer, the request is sent once more,
 * on a new connection.
 */
final class HttpDelivery implements Delivery {
    private static final int MAX_CONNECTIONS = 10_000;
    private static final int SWEEP_MILLIS = 250;

    private final Context context;
    private final HttpClientAgent pooled;
    private final HttpClientAgent fresh;
    private final Map<String, UpstreamSite> sites = new HashMap<>();
    private final Config.Timeouts timeouts;
    private final Set<Attempt> attempts = new HashSet<>();
    private final Set<HttpConnection> served = new HashSet<>();

    /** Must be made on the event loop that it is for. */
    HttpDelivery(Vertx vertx, Map<String, Config.Upstream> upstreams, Config.Timeouts timeouts) {
        this.context = vertx.getOrCreateContext();
        this.timeouts = timeouts;
        upstreams.forEach((name, upstream) -> sites.put(name, new UpstreamSite(upstream)));
        pooled = client(vertx, timeouts, true);
        fresh = client(vertx, timeouts, false);
        vertx.setPeriodic(SWEEP_MILLIS, timer -> sweep());
    }

    private static HttpClientAgent client(
            Vertx vertx, Config.Timeouts timeouts, boolean keepAlive) {
        return vertx.httpClientBuilder()
                .with(
                        new HttpClientOptions()
                                .setKeepAlive(keepAlive)
                                .setKeepAliveTimeout(50)
                                .setPipelining(false)
                                .setConnectTimeout((int) timeouts.connect().toMillis())
                                .setMaxHeaderSize(64 << 10)
                                .setMaxChunkSize(64 << 10)
                                .setTcpNoDelay(true))
                .with(
                        new PoolOptions()
                                .setHttp1MaxSize(MAX_CONNECTIONS)
                                .setMaxWaitQueueSize(MAX_CONNECTIONS))
                // The attempt that it belongs to hears of it too, and says it to the client.
                .withConnectHandler(connection -> connection.exceptionHandler(broken -> {}))
                .build();
    }

    @Override
    public void start(Flight flight) {
        start(flight, null);
    }

    /** Starts a flight whose body flows through from the client, if it has one. */
    void start(Flight flight, @Nullable HttpServerRequest upload) {
        UpstreamSite site = sites.get(flight.request().upstream());
        if (site == null) {
            flight.log()
                    .fail(
                            new Failure(
                                    Failure.Kind.UNREACHABLE,
                                    "No upstream is called " + flight.request().upstream()));
            return;
        }
        // What flows through cannot be sent twice, so it never meets a stale connection.
        new Attempt(this, flight, site, upload).start(upload == null ? pooled : fresh);
    }

    void again(Attempt attempt) {
        attempt.start(fresh);
    }

    Context context() {
        return context;
    }

    Duration firstByteTimeout() {
        return timeouts.firstByte();
    }

    Duration idleTimeout() {
        return timeouts.idle();
    }

    void began(Attempt attempt) {
        attempts.add(attempt);
    }

    void ended(Attempt attempt) {
        attempts.remove(attempt);
    }

    /** Whether this connection has brought an answer before. */
    boolean isReused(HttpConnection connection) {
        return served.contains(connection);
    }

    void hasServed(HttpConnection connection) {
        if (served.add(connection)) {
            connection.closeHandler(closed -> served.remove(connection));
        }
    }

    private void sweep() {
        if (attempts.isEmpty()) {
            return;
        }
        long now = System.nanoTime();
        for (Attempt attempt : new ArrayList<>(attempts)) {
            attempt.checkTime(now);
        }
    }

    void close() {
        pooled.close();
        fresh.close();
    }
}
