package dev.vivace.gateway;

import dev.vivace.answer.Failure;
import dev.vivace.config.Config;
import dev.vivace.deliver.Balancer;
import dev.vivace.deliver.RetryOptions;
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
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Delivery over HTTP/1.1, one per event loop: one pool of connections per upstream, kept alive, on
 * the loop that accepted the client, so that a call never changes threads.
 */
final class HttpDelivery implements Delivery {
    private final Vertx vertx;
    private final Context context;
    private final HttpClientAgent client;
    private final Map<String, Lane> lanes = new HashMap<>();
    private final RetryOptions retries;
    private final Balancer balancer = new Balancer(new SplittableRandom()); // this loop's alone
    private final String region;
    private final Set<Dispatch> underWay = new HashSet<>();
    private Optional<String> cut = Optional.empty();

    /** Must be made on the event loop that it is for. */
    HttpDelivery(Vertx vertx, Config config, Upstreams upstreams) {
        this.vertx = vertx;
        this.context = vertx.getOrCreateContext();
        this.retries = config.retries();
        this.region = config.server().region();
        this.client =
                vertx.createHttpClient(
                        new HttpClientOptions()
                                .setPipelining(false)
                                .setMaxHeaderSize(64 << 10)
                                .setMaxChunkSize(64 << 10)
                                .setTcpNoDelay(true));
        config.upstreams()
                .forEach((name, upstream) -> {
                    var site = new UpstreamSite(upstream);
                    var timeouts = upstream.timeouts().orElse(config.timeouts());
                    lanes.put(
                            name,
                            new Lane(
                                    name,
                                    site,
                                    new Connections(
                                            client, site.connectOptions(timeouts.connect())),
                                    upstreams.state(name),
                                    timeouts,
                                    upstream.rates().none()
                                            ? Optional.empty()
                                            : Optional.of(upstreams.rates())));
                });
    }

    @Override
    public void start(Flight flight) {
        start(flight, null);
    }

    /** Starts a flight whose body flows through from the client, if it has one. */
    void start(Flight flight, @Nullable HttpServerRequest upload) {
        Targets targets = Targets.of(flight.request().route(), lanes, balancer, region);
        if (targets == null) {
            flight.log()
                    .fail(
                            new Failure(
                                    Failure.Kind.INTERNAL,
                                    "An upstream of this call's route is not configured."));
            return;
        }
        if (cut.isPresent()) {
            flight.log().fail(new Failure(Failure.Kind.STOPPED, cut.get()));
            return;
        }
        new Dispatch(this, flight, targets, upload).start();
    }

    Vertx vertx() {
        return vertx;
    }

    Context context() {
        return context;
    }

    RetryOptions retries() {
        return retries;
    }

    void began(Dispatch dispatch) {
        underWay.add(dispatch);
    }

    void ended(Dispatch dispatch) {
        underWay.remove(dispatch);
    }

    /** Ends what has been silent for too long. */
    void sweep(long now) {
        lanes.values()
                .forEach(lane -> {
                    lane.connections().sweep(now);
                    lane.state().turnstile().sweep();
                });
        List.copyOf(underWay).forEach(dispatch -> dispatch.checkTime(now));
    }

    /** How many are under way. */
    int underWay() {
        return underWay.size();
    }

    /** Ends what is under way, and what begins from now on. */
    void cut(String why) {
        cut = Optional.of(why);
        List.copyOf(underWay).forEach(dispatch -> dispatch.stop(why));
    }

    void close() {
        client.close();
    }
}
