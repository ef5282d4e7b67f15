package dev.vivace.gateway;

import dev.vivace.admin.Features;
import dev.vivace.cache.CacheMode;
import dev.vivace.config.Config;
import dev.vivace.deliver.ConcurrencyOptions;
import dev.vivace.key.ClientKeys;
import dev.vivace.key.VirtualKey;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Which features a configuration and the client keys switch on. */
final class SwitchedOn {
    private SwitchedOn() {}

    static Set<String> by(Config config, ClientKeys keys) {
        var on =
                new HashSet<String>(
                        Set.of(
                                Features.EXACT_CACHE,
                                Features.JOIN,
                                Features.EMBEDDING_BATCH,
                                Features.EMBEDDING_CACHE,
                                Features.CONNECTION_REUSE,
                                Features.STALE_RETRY));
        List<VirtualKey> valid = keys.list().stream().filter(key -> !key.revoked()).toList();
        add(on, Features.RETRY, config.retries().attempts() > 1);
        add(on, Features.HEDGE, config.retries().hedge());
        add(
                on,
                Features.FALLBACK,
                config.models().values().stream().anyMatch(route -> route.targets().count() > 1));
        add(on, Features.BREAKER, config.breaker().on());
        add(on, Features.CONCURRENCY, config.concurrency().mode() != ConcurrencyOptions.Mode.OFF);
        boolean rates =
                valid.stream().anyMatch(key -> !key.rates().none())
                        || config.tenants().values().stream().anyMatch(each -> !each.rates().none())
                        || config.upstreams().values().stream()
                                .anyMatch(each -> !each.rates().none());
        boolean budgets =
                valid.stream().anyMatch(key -> !key.budget().none())
                        || config.tenants().values().stream()
                                .anyMatch(each -> !each.budget().none());
        add(on, Features.RATE_LIMITS, rates);
        add(on, Features.BUDGETS, budgets);
        add(on, Features.CLIENT_KEYS, keys.any());
        boolean shared = config.redis().isPresent();
        add(on, Features.SECOND_LEVEL, shared && config.cache().mode() != CacheMode.OFF);
        add(on, Features.SHARED_LIMITS, shared && (rates || budgets));
        return on;
    }

    private static void add(Set<String> to, String feature, boolean on) {
        if (on) {
            to.add(feature);
        }
    }
}
