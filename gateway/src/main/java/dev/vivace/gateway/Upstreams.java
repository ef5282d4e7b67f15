package dev.vivace.gateway;

import dev.vivace.config.Config;
import dev.vivace.deliver.UpstreamState;
import dev.vivace.limit.RateBuckets;
import dev.vivace.limit.UpstreamRates;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.LongSupplier;

/** What all event loops know of the upstreams. Thread-safe. */
final class Upstreams {
    private final Map<String, UpstreamState> states = new LinkedHashMap<>();
    private final UpstreamRates rates;

    /**
     * @param buckets where it is counted what they were asked
     */
    Upstreams(Config config, LongSupplier nanos, RateBuckets buckets) {
        rates =
                new UpstreamRates(
                        buckets,
                        name -> Objects.requireNonNull(config.upstreams().get(name)).rates());
        config.upstreams()
                .forEach((name, upstream) ->
                        states.put(
                                name,
                                new UpstreamState(
                                        name,
                                        upstream.weight(),
                                        upstream.region(),
                                        upstream.keys().size(),
                                        config.retries(),
                                        config.breaker(),
                                        config.concurrency(),
                                        nanos)));
    }

    /** Of a configured upstream. */
    UpstreamState state(String name) {
        return Objects.requireNonNull(states.get(name), name);
    }

    UpstreamRates rates() {
        return rates;
    }

    /** All, in the configuration's order. */
    List<UpstreamState> all() {
        return List.copyOf(states.values());
    }
}
