package dev.vivace.replay;

import java.net.http.HttpHeaders;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * What a gateway says in its headers about one call.
 *
 * @param cache the {@code x-cache} header; empty where no gateway answered
 * @param upstreamCalls how often the upstream was asked
 * @param costUsd what was paid, if it says so
 */
record Receipt(Optional<String> cache, int upstreamCalls, OptionalDouble costUsd) {
    private static final Set<String> NOTHING_BOUGHT = Set.of("HIT", "HIT-SEMANTIC", "JOINED");

    static Receipt of(HttpHeaders headers) {
        var cache =
                headers.firstValue("x-cache").filter(h -> headers.map().containsKey("x-vivace-id"));
        if (cache.isPresent() && NOTHING_BOUGHT.contains(cache.get())) {
            return new Receipt(cache, 0, OptionalDouble.of(0));
        }
        return new Receipt(
                cache,
                number(headers, "x-vivace-attempts").map(Double::intValue).orElse(1),
                number(headers, "x-vivace-cost-usd")
                        .map(OptionalDouble::of)
                        .orElse(OptionalDouble.empty()));
    }

    /** Whether the usage in the answer's body was paid for by this call. */
    boolean bought() {
        return cache.filter(NOTHING_BOUGHT::contains).isEmpty();
    }

    private static Optional<Double> number(HttpHeaders headers, String name) {
        try {
            return headers.firstValue(name).map(Double::valueOf);
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }
}
