package dev.vivace.gateway;

import dev.vivace.config.Config;
import dev.vivace.deliver.UpstreamState;
import dev.vivace.limit.RateBuckets;
import dev.vivace.limit.UpstreamRates;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.LongSupplier;

/** What all event loops know of the upstreams. Thread-safe. */
final class Upstreams {
    private final Config config;
    private final LongSupplier nanos;
    private final RateBuckets buckets;
    private final Map<String, UpstreamState> states = new LinkedHashMap<>();
    private final UpstreamRates rates;

    /**
     * @param buckets where it is counted what they were asked
     */
    Upstreams(Config config, LongSupplier nanos, RateBuckets buckets) {
        this(config, nanos, buckets, Optional.empty());
    }

    private Upstreams(
            Config config, LongSupplier nanos, RateBuckets buckets, Optional<Upstreams> before) {
        this.config = config;
        this.nanos = nanos;
        this.buckets = buckets;
        this.rates =
                new UpstreamRates(
                        buckets,
                        name -> Objects.requireNonNull(config.upstreams().get(name)).rates());
        for (String name : config.upstreams().keySet()) {
            states.put(
                    name,
                    before.filter(known -> known.means(name, config))
                            .map(known -> known.state(name))
                            .orElseGet(() -> fresh(name)));
        }
    }

    /** Those of the next configuration; of one that stays the same, what is known stays known. */
    Upstreams after(Config next) {
        return new Upstreams(next, nanos, buckets, Optional.of(this));
    }

    /** Whether another configuration means the same by a name. */
    private boolean means(String name, Config other) {
        return Objects.equals(config.upstreams().get(name), other.upstreams().get(name))
                && config.retries().equals(other.retries())
                && config.breaker().equals(other.breaker())
                && config.concurrency().equals(other.concurrency());
    }

    private UpstreamState fresh(String name) {
        Config.Upstream upstream = Objects.requireNonNull(config.upstreams().get(name));
        return new UpstreamState(
                name,
                upstream.weight(),
                upstream.region(),
                upstream.keys().size(),
                config.retries(),
                config.breaker(),
                config.concurrency(),
                nanos);
    }

    /** Of a configured upstream. */
    UpstreamState state(String name) {
        return Objects.requireNonNull(states.get(name), name);
    }

    UpstreamRates rates() {
        return rates;
    }

    /** How all are now, in the configuration's order. */
    List<UpstreamState.Snapshot> snapshots() {
        return states.values().stream().map(UpstreamState::snapshot).toList();
    }

    /** All, in the configuration's order. */
    List<UpstreamState> all() {
        return List.copyOf(states.values());
    }
}
