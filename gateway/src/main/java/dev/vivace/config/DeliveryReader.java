package dev.vivace.config;

import dev.vivace.config.Config.Protocol;
import dev.vivace.config.Config.Upstream;
import dev.vivace.deliver.Balance;
import dev.vivace.deliver.BreakerOptions;
import dev.vivace.deliver.ConcurrencyOptions;
import dev.vivace.deliver.RetryOptions;
import dev.vivace.key.Budget;
import dev.vivace.limit.Rates;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;

/** Reads what says where calls go, how often, and for whom. */
final class DeliveryReader {
    private DeliveryReader() {}

    /**
     * @param timeouts for what the upstream does not say itself
     */
    static Optional<Upstream> upstream(Entry entry, Config.Timeouts timeouts) {
        Section section = entry.section(Keys.UPSTREAM);
        var url = section.require("url", Upstream.URL);
        var protocol = section.get("protocol", Upstream.PROTOCOL, Protocol.OPENAI);
        var keys = section.all("keys", Upstream.KEY);
        int weight = section.get("weight", Upstream.WEIGHT, Upstream.DEFAULT_WEIGHT);
        var region = section.get("region", Rules.REGION, "");
        var rates = rates(section);
        var own =
                section.find("timeouts")
                        .map(child ->
                                ConfigReader.timeouts(
                                        child.section(Keys.UPSTREAM_TIMEOUTS), timeouts));
        return url.map(base -> new Upstream(base, protocol, keys, weight, region, rates, own));
    }

    /**
     * @param upstreams the configured ones
     */
    static Optional<ModelRoute> route(Entry entry, Set<String> upstreams) {
        // Without upstreams in the file, the command line names the only one.
        Set<String> known = upstreams.isEmpty() ? Set.of(Config.DEFAULT_UPSTREAM) : upstreams;
        Section section = entry.section(Keys.MODEL);
        Set<String> chain = new LinkedHashSet<>();
        for (Entry element : section.elements("chain", ModelRoute.TARGET)) {
            Optional<String> target = element.read(ModelRoute.TARGET);
            requireKnown(element, target, known);
            if (target.isPresent() && !chain.add(target.get())) {
                element.problem("is in the chain already: " + element.shown());
            }
        }
        Balance balance = section.get("balance", Rules.BALANCE, Balance.ORDER);
        Optional<String> larger = section.find("larger", ModelRoute.TARGET);
        section.find("larger").ifPresent(element -> requireKnown(element, larger, known));
        return chain.isEmpty()
                ? Optional.empty()
                : Optional.of(new ModelRoute(List.copyOf(chain), balance, larger));
    }

    private static void requireKnown(Entry place, Optional<String> target, Set<String> known) {
        if (target.map(ModelRoute::upstreamOf).filter(name -> !known.contains(name)).isPresent()) {
            place.problem(
                    "must begin with the name of a configured upstream, one of "
                            + known.stream().limit(10).collect(Collectors.joining(", "))
                            + ", not "
                            + place.shown());
        }
    }

    static RetryOptions retries(Section section) {
        var standard = RetryOptions.DEFAULT;
        return new RetryOptions(
                section.get("attempts", Rules.ATTEMPTS, standard.attempts()),
                section.get("budget", Rules.RETRY_BUDGET, standard.budget()),
                section.get("floor", Rules.RETRY_FLOOR, standard.floor()),
                section.get("base", Rules.RETRY_BASE, standard.base()),
                section.get("max-wait", Rules.MAX_WAIT, standard.maxWait()),
                section.get("hedge", Rules.HEDGE, standard.hedge()));
    }

    static BreakerOptions breaker(Section section) {
        var standard = BreakerOptions.DEFAULT;
        return new BreakerOptions(
                section.get("mode", Rules.BREAKER_MODE, standard.on()),
                section.get("window", Rules.WINDOW, standard.window()),
                section.get("min-calls", Rules.MIN_CALLS, standard.minCalls()),
                section.get("failure-rate", Rules.FAILURE_RATE, standard.failureRate()),
                section.get("open", Rules.OPEN, standard.open()),
                section.get("probes", Rules.PROBES, standard.probes()));
    }

    static ConcurrencyOptions concurrency(Section section) {
        var standard = ConcurrencyOptions.DEFAULT;
        return new ConcurrencyOptions(
                section.get("mode", Rules.CONCURRENCY_MODE, standard.mode()),
                section.get("max", Rules.MAX_CALLS, standard.max()),
                section.get("queue", Rules.QUEUE, standard.queue()),
                section.get("queue-wait", Rules.QUEUE_WAIT, standard.queueWait()));
    }

    static Optional<TenantLimits> tenantLimits(Entry entry) {
        Section section = entry.section(Keys.TENANT);
        var budget = new Budget(dollars(section, "budget-day"), dollars(section, "budget-month"));
        return Optional.of(new TenantLimits(rates(section), budget));
    }

    private static Rates rates(Section section) {
        return new Rates(
                perMinute(section, "requests-per-minute"), perMinute(section, "tokens-per-minute"));
    }

    static OptionalLong perMinute(Section section, String key) {
        return section.find(key, Rules.PER_MINUTE)
                .map(OptionalLong::of)
                .orElse(OptionalLong.empty());
    }

    private static OptionalDouble dollars(Section section, String key) {
        return section.find(key, Rules.BUDGET)
                .map(OptionalDouble::of)
                .orElse(OptionalDouble.empty());
    }
}
