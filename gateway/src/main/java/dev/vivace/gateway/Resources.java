package dev.vivace.gateway;

import dev.vivace.admin.AdminPages;
import dev.vivace.cache.ExactCache;
import dev.vivace.cache.SecondLevel;
import dev.vivace.config.Config;
import dev.vivace.config.TenantLimits;
import dev.vivace.embedding.EmbeddingLine;
import dev.vivace.embedding.EmbeddingSettlement;
import dev.vivace.key.Allowance;
import dev.vivace.key.ClientKeys;
import dev.vivace.key.Spending;
import dev.vivace.ledger.Ledger;
import dev.vivace.ledger.Prices;
import dev.vivace.limit.ByteBudget;
import dev.vivace.limit.RateBuckets;
import dev.vivace.line.CallIds;
import dev.vivace.line.InFlight;
import dev.vivace.line.ModelLine;
import dev.vivace.line.Models;
import dev.vivace.line.Quota;
import dev.vivace.line.Settlement;
import dev.vivace.mcp.McpHub;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

/**
 * What lives as long as the gateway, whatever configuration is in force; each is thread-safe.
 *
 * @param secret goes into every fingerprint
 * @param nanoTime what measures the times of upstreams
 */
record Resources(
        Vertx vertx,
        Ledger ledger,
        Spending spending,
        RateBuckets buckets,
        Optional<SecondLevel> second,
        byte[] secret,
        ExactCache cache,
        InFlight flights,
        AdminPages pages,
        Readiness readiness,
        ByteBudget budget,
        ClientKeys keys,
        Access access,
        AdminAccess adminAccess,
        CallIds ids,
        LongAdder inFlight,
        LongSupplier nanoTime,
        Optional<McpHub> mcp) {

    /** What the first configuration makes of them. */
    Parts parts(Config config) {
        return parts(config, new Upstreams(config, nanoTime, buckets));
    }

    /** What the next one does; of upstreams that stay the same, what is known stays known. */
    Parts parts(Config next, Parts before) {
        return parts(next, before.upstreams().after(next));
    }

    private Parts parts(Config config, Upstreams upstreams) {
        Prices prices = Prices.builtIn().with(config.prices());
        var quota = Optional.of(quota(config, prices));
        var models = models(config);
        var settlement =
                new Settlement(
                        cache,
                        config.cache().ttl(),
                        flights,
                        prices::of,
                        ledger::record,
                        Clock.systemUTC(),
                        second);
        var embeddingSettlement =
                new EmbeddingSettlement(
                        cache,
                        config.cache().ttl(),
                        prices::of,
                        ledger::record,
                        Clock.systemUTC(),
                        second);
        Config.Embeddings gathering = config.embeddings();
        var embeddings =
                new EmbeddingLine(
                        models,
                        cache,
                        config.cache().mode(),
                        new EmbeddingLine.Gathering(
                                gathering.batchItems(),
                                gathering.batchTokens(),
                                gathering.batchWait()),
                        embeddingSettlement,
                        (wait, action) ->
                                vertx.setTimer(Math.max(1, wait.toMillis()), timer -> action.run()),
                        secret,
                        quota,
                        second);
        return new Parts(
                config,
                models,
                upstreams,
                new ModelLine(
                        models,
                        cache,
                        config.cache().mode(),
                        flights,
                        settlement,
                        secret,
                        budget,
                        quota,
                        second),
                settlement,
                embeddings,
                embeddingSettlement,
                cache,
                pages,
                readiness,
                budget,
                keys,
                access,
                adminAccess,
                ids,
                inFlight,
                quota,
                mcp);
    }

    /** What client keys and their tenants may use. */
    private Quota quota(Config config, Prices prices) {
        return new Quota(
                tenant -> {
                    TenantLimits limits = config.tenants().getOrDefault(tenant, TenantLimits.NONE);
                    return new Allowance(limits.rates(), limits.budget());
                },
                buckets,
                spending,
                prices::of);
    }

    private static Models models(Config config) {
        Set<String> keyed =
                config.upstreams().entrySet().stream()
                        .filter(upstream -> !upstream.getValue().keys().isEmpty())
                        .map(Map.Entry::getKey)
                        .collect(Collectors.toSet());
        var named = new HashMap<String, Models.Named>();
        config.models()
                .forEach((name, route) ->
                        named.put(
                                name,
                                new Models.Named(route.chain(), route.balance(), route.larger())));
        return new Models(List.copyOf(config.upstreams().keySet()), keyed, named);
    }
}
