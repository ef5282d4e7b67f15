package dev.vivace.gateway;

import dev.vivace.answer.Failure;
import dev.vivace.config.Config;
import dev.vivace.line.Delivery;
import dev.vivace.line.Flight;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpServerRequest;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Delivery over HTTP/1.1, one per event loop: one pool of connections per upstream, kept alive, on
 * the loop that accepted the client, so that a call never changes threads.
 *
 * <p>A pooled connection that the upstream has closed meanwhile is no failure of the call: if a
 * connection that served before breaks within a second of the request's departure and without a
 * byte of an answer, the request is sent once more, on a new connection.
 */
final class HttpDelivery implements Delivery {
    private final Context context;
    private final HttpClientAgent client;
    private final Map<String, Route> routes = new HashMap<>();
    private final Config.Timeouts timeouts;
    private final Set<Attempt> attempts = new HashSet<>();
    private Optional<String> cut = Optional.empty();

    /** An upstream and the way to it. */
    private record Route(UpstreamSite site, Connections connections) {}

    /** Must be made on the event loop that it is for. */
    HttpDelivery(Vertx vertx, Map<String, Config.Upstream> upstreams, Config.Timeouts timeouts) {
        this.context = vertx.getOrCreateContext();
        this.timeouts = timeouts;
        this.client =
                vertx.createHttpClient(
                        new HttpClientOptions()
                                .setPipelining(false)
                                .setConnectTimeout((int) timeouts.connect().toMillis())
                                .setMaxHeaderSize(64 << 10)
                                .setMaxChunkSize(64 << 10)
                                .setTcpNoDelay(true));
        upstreams.forEach((name, upstream) -> {
            var site = new UpstreamSite(upstream);
            routes.put(name, new Route(site, new Connections(client, site.connectOptions())));
        });
    }

    @Override
    public void start(Flight flight) {
        start(flight, null);
    }

    /** Starts a flight whose body flows through from the client, if it has one. */
    void start(Flight flight, @Nullable HttpServerRequest upload) {
        Route route = routes.get(flight.request().upstream());
        if (route == null) {
            flight.log()
                    .fail(
                            new Failure(
                                    Failure.Kind.INTERNAL,
                                    "No upstream is called " + flight.request().upstream() + "."));
            return;
        }
        if (cut.isPresent()) {
            flight.log().fail(new Failure(Failure.Kind.STOPPED, cut.get()));
            return;
        }
        var attempt = new Attempt(this, flight, route.site(), route.connections(), upload);
        try {
            attempt.start();
        } catch (RuntimeException | Error e) {
            attempt.crashed(e);
        }
    }

    Context context() {
        return context;
    }

    Config.Timeouts timeouts() {
        return timeouts;
    }

    void began(Attempt attempt) {
        attempts.add(attempt);
    }

    void ended(Attempt attempt) {
        attempts.remove(attempt);
    }

    /** Ends what has been silent for too long. */
    void sweep(long now) {
        routes.values().forEach(route -> route.connections().sweep(now));
        for (Attempt attempt : List.copyOf(attempts)) {
            try {
                attempt.checkTime(now);
            } catch (RuntimeException | Error e) {
                attempt.crashed(e); // and the others are looked at all the same
            }
        }
    }

    /** How many are under way. */
    int underWay() {
        return attempts.size();
    }

    /** Ends what is under way, and what begins from now on. */
    void cut(String why) {
        cut = Optional.of(why);
        for (Attempt attempt : List.copyOf(attempts)) {
            try {
                attempt.cut(why);
            } catch (RuntimeException | Error e) {
                attempt.crashed(e);
            }
        }
    }

    void close() {
        client.close();
    }
}
