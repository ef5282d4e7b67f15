package dev.vivace.gateway;

import dev.vivace.answer.Failure;
import dev.vivace.config.Config;
import dev.vivace.deliver.Balancer;
import dev.vivace.deliver.RetryOptions;
import dev.vivace.line.Delivery;
import dev.vivace.line.Flight;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Delivery over HTTP/1.1, one per event loop and configuration: one pool of connections per
 * upstream, kept alive, on the loop that accepted the client, so that a call never changes threads.
 */
final class HttpDelivery implements Delivery {
    private final Deliveries home;
    private final Config config;
    private final Map<String, Lane> lanes = new HashMap<>();
    private final Balancer balancer = new Balancer(new SplittableRandom()); // this loop's alone
    private final Set<Dispatch> underWay = new HashSet<>();
    private boolean retired;

    /**
     * @param before whose connections are taken over, to where the same ones would be opened
     */
    HttpDelivery(
            Deliveries home, Config config, Upstreams upstreams, Optional<HttpDelivery> before) {
        this.home = home;
        this.config = config;
        config.upstreams()
                .forEach((name, upstream) -> {
                    var site = new UpstreamSite(upstream);
                    var timeouts = timeouts(upstream);
                    lanes.put(
                            name,
                            new Lane(
                                    name,
                                    site,
                                    before.flatMap(known -> known.connections(name, this))
                                            .orElseGet(() ->
                                                    new Connections(
                                                            home.client(),
                                                            site.connectOptions(timeouts.connect()),
                                                            home.nanoTime())),
                                    upstreams.state(name),
                                    timeouts,
                                    upstream.rates().none()
                                            ? Optional.empty()
                                            : Optional.of(upstreams.rates()),
                                    home.nanoTime()));
                });
    }

    private Config.Timeouts timeouts(Config.Upstream upstream) {
        return upstream.timeouts().orElse(config.timeouts());
    }

    private Optional<Connections> connections(String name, HttpDelivery next) {
        Config.Upstream mine = config.upstreams().get(name);
        Config.Upstream theirs = next.config.upstreams().get(name);
        boolean same =
                mine != null
                        && theirs != null
                        && mine.url().equals(theirs.url())
                        && timeouts(mine).connect().equals(next.timeouts(theirs).connect());
        return same ? Optional.of(lane(name).connections()) : Optional.empty();
    }

    private Lane lane(String name) {
        return Objects.requireNonNull(lanes.get(name));
    }

    @Override
    public void start(Flight flight) {
        start(flight, null);
    }

    /** Starts a flight whose body flows through from the client, if it has one. */
    void start(Flight flight, @Nullable HttpServerRequest upload) {
        Targets targets = Targets.of(flight, lanes, balancer, config.server().region());
        if (targets == null) {
            flight.log()
                    .fail(
                            new Failure(
                                    Failure.Kind.INTERNAL,
                                    "An upstream of this call's route is not configured."));
            return;
        }
        Optional<String> cut = home.cut();
        if (cut.isPresent()) {
            flight.log().fail(new Failure(Failure.Kind.STOPPED, cut.get()));
            return;
        }
        new Dispatch(this, flight, targets, upload).start();
    }

    Vertx vertx() {
        return home.vertx();
    }

    Context context() {
        return home.context();
    }

    RetryOptions retries() {
        return config.retries();
    }

    void began(Dispatch dispatch) {
        underWay.add(dispatch);
        if (retired) {
            home.goesOn(this); // its call came in before, and was waiting for something
        }
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

    /** Ends what is under way. */
    void cut(String why) {
        List.copyOf(underWay).forEach(dispatch -> dispatch.stop(why));
    }

    /** Closes its connections as each becomes idle, but for those that the next one took over. */
    void retire(HttpDelivery next) {
        retired = true;
        Set<Connections> taken =
                next.lanes.values().stream().map(Lane::connections).collect(Collectors.toSet());
        for (Lane lane : lanes.values()) {
            if (!taken.contains(lane.connections())) {
                lane.connections().retire();
            }
        }
    }
}
