package dev.vivace.line;

import dev.vivace.key.Allowance;
import dev.vivace.key.Purse;
import dev.vivace.key.Spending;
import dev.vivace.key.VirtualKey;
import dev.vivace.ledger.Price;
import dev.vivace.ledger.Tokens;
import dev.vivace.limit.Claim;
import dev.vivace.limit.RateBuckets;
import dev.vivace.limit.Rates;
import dev.vivace.request.RequestScan;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * What client keys and their tenants may use: rates and budgets. Thread-safe.
 *
 * <p>Of tokens and money an estimate is taken before a call goes upstream: a token for each four
 * bytes of its body, and as many for each answer as it allows, or 500 if it does not say, at the
 * price of the dearest model that may answer. What it really used is settled after.
 */
public final class Quota {
    private static final int BYTES_PER_TOKEN = 4;
    private static final long OUTPUT = 500;
    private static final long MOST = 1L << 40;

    private final Function<String, Allowance> tenants;
    private final RateBuckets buckets;
    private final Spending spending;
    private final Costs costs;

    /**
     * @param tenants what a tenant's keys may use together
     * @param prices by model
     */
    public Quota(
            Function<String, Allowance> tenants,
            RateBuckets buckets,
            Spending spending,
            Function<String, Optional<Price>> prices) {
        this.tenants = tenants;
        this.buckets = buckets;
        this.spending = spending;
        this.costs = new Costs(prices);
    }

    /** The same call, with its grant; without a key the call itself, which costs nothing. */
    public Call open(Call call) {
        Optional<VirtualKey> key = call.principal().key();
        return key.isEmpty() ? call : call.with(grant(key.get(), call.tenant()));
    }

    private Grant grant(VirtualKey key, String tenant) {
        Allowance all = tenants.apply(tenant);
        return new KeyGrant(
                this,
                key.id(),
                tenant,
                claims(key, tenant, all, "requests", Rates::requests),
                claims(key, tenant, all, "tokens", Rates::tokens),
                Stream.of(Purse.ofKey(key.id(), key.budget()), Purse.ofTenant(tenant, all.budget()))
                        .filter(purse -> !purse.budget().none())
                        .toList());
    }

    private static List<Claim> claims(
            VirtualKey key,
            String tenant,
            Allowance all,
            String what,
            Function<Rates, OptionalLong> limit) {
        if (key.rates().none() && all.rates().none()) {
            return List.of();
        }
        var claims = new ArrayList<Claim>(2);
        limit.apply(key.rates())
                .ifPresent(most -> claims.add(new Claim("key:" + key.id() + ":" + what, most, 1)));
        limit.apply(all.rates())
                .ifPresent(most -> claims.add(new Claim("tenant:" + tenant + ":" + what, most, 1)));
        return claims;
    }

    RateBuckets buckets() {
        return buckets;
    }

    Spending spending() {
        return spending;
    }

    /** The tokens that all its answers may have together. */
    static OptionalLong output(RequestScan scan) {
        return scan.choices() == 1
                ? scan.maxOutput()
                : OptionalLong.of(scan.choices() * scan.maxOutput().orElse(OUTPUT));
    }

    /** The tokens that a call may need at most, as far as can be said; 1 or more. */
    static Tokens estimate(long promptBytes, OptionalLong maxOutput) {
        long prompt = Math.max(1, Math.min(MOST / 2, promptBytes / BYTES_PER_TOKEN));
        return new Tokens(prompt, 0, Math.min(MOST / 2, maxOutput.orElse(OUTPUT)), 0, true);
    }

    /** What they cost at the dearest of these models, in US dollars. */
    double price(List<Models.Target> models, Tokens tokens) {
        double dearest = 0;
        for (Models.Target each : models) {
            dearest = Math.max(dearest, costs.of(each.model(), tokens));
        }
        return dearest;
    }
}
