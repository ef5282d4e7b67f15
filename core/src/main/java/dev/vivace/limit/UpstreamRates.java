package dev.vivace.limit;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** What each upstream may be asked within any minute. Thread-safe. */
public final class UpstreamRates {
    /** Whether an upstream may be asked now. */
    public sealed interface Turn {
        /** It may, and what was estimated is taken; to be settled. */
        record Go() implements Turn {}

        /**
         * It may not, and nothing was taken.
         *
         * @param after when there will be enough
         * @param limit which one it is, for people: {@code 500 requests a minute of upstream
         *     openai}
         */
        record Wait(Duration after, String limit) implements Turn {}
    }

    private static final Turn GO = new Turn.Go();

    private final RateBuckets buckets;
    private final Function<String, Rates> rates;

    /**
     * @param rates of an upstream, by its name
     */
    public UpstreamRates(RateBuckets buckets, Function<String, Rates> rates) {
        this.buckets = buckets;
        this.rates = rates;
    }

    /**
     * Takes one request and the tokens that it may need, or nothing. At once where buckets are
     * local or there is no limit.
     *
     * @param tokens as estimated, 0 or more
     */
    public CompletionStage<Turn> tryTake(String upstream, long tokens) {
        List<Claim> claims = claims(upstream, rates.apply(upstream), tokens);
        if (claims.isEmpty()) {
            return CompletableFuture.completedFuture(GO);
        }
        return Claim.all(buckets, claims)
                .thenApply(outcome ->
                        switch (outcome.taken()) {
                            case Taken.Granted granted -> GO;
                            case Taken.Short none ->
                                    new Turn.Wait(
                                            none.retryAfter(), name(upstream, outcome.decisive()));
                        });
    }

    /** What was taken was not sent: the upstream has not seen it, and nothing of it counts. */
    public void putBack(String upstream, long estimated) {
        claims(upstream, rates.apply(upstream), estimated).forEach(claim -> claim.putBack(buckets));
    }

    /** An attempt that was let go has ended: what it did not use is put back, and the reverse. */
    public void settle(String upstream, long estimated, long actual) {
        rates.apply(upstream)
                .tokens()
                .ifPresent(limit ->
                        buckets.settle(
                                bucket(upstream, "tokens"),
                                limit,
                                Math.max(1, estimated) - actual));
    }

    private static List<Claim> claims(String upstream, Rates limits, long tokens) {
        if (limits.none()) {
            return List.of();
        }
        var claims = new ArrayList<Claim>(2);
        limits.requests()
                .ifPresent(limit -> claims.add(new Claim(bucket(upstream, "requests"), limit, 1)));
        limits.tokens()
                .ifPresent(limit ->
                        claims.add(
                                new Claim(bucket(upstream, "tokens"), limit, Math.max(1, tokens))));
        return claims;
    }

    private static String bucket(String upstream, String what) {
        return "upstream:" + upstream + ":" + what;
    }

    private static String name(String upstream, Claim claim) {
        String what = claim.bucket().endsWith(":tokens") ? "tokens" : "requests";
        return claim.perMinute() + " " + what + " a minute of upstream " + upstream;
    }
}
