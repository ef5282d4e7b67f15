package dev.vivace.limit;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * What is asked of one bucket.
 *
 * @param perMinute what the bucket holds
 * @param amount 1 or more
 */
public record Claim(String bucket, long perMinute, long amount) {
    /**
     * What came of several claims.
     *
     * @param decisive the one that was refused, or, if all were granted, the one that leaves least
     */
    public record Outcome(Claim decisive, Taken taken) {}

    /**
     * Takes from several buckets, from all or from none.
     *
     * @param claims one or more
     */
    public static CompletionStage<Outcome> all(RateBuckets buckets, List<Claim> claims) {
        Claim first = claims.getFirst();
        return first.take(buckets)
                .thenCompose(taken -> next(buckets, claims, 1, new Outcome(first, taken)));
    }

    private static CompletionStage<Outcome> next(
            RateBuckets buckets, List<Claim> claims, int index, Outcome sofar) {
        if (index == claims.size() || !(sofar.taken() instanceof Taken.Granted least)) {
            return CompletableFuture.completedFuture(sofar);
        }
        Claim claim = claims.get(index);
        return claim.take(buckets)
                .thenCompose(taken -> {
                    Outcome decisive = sofar;
                    if (taken instanceof Taken.Short) {
                        claims.subList(0, index).forEach(had -> had.putBack(buckets));
                        decisive = new Outcome(claim, taken);
                    } else if (taken instanceof Taken.Granted granted
                            && granted.remaining() < least.remaining()) {
                        decisive = new Outcome(claim, taken);
                    }
                    return next(buckets, claims, index + 1, decisive);
                });
    }

    private CompletionStage<Taken> take(RateBuckets from) {
        return from.take(bucket, perMinute, amount);
    }

    /** Gives back what was taken. */
    public void putBack(RateBuckets to) {
        to.settle(bucket, perMinute, amount);
    }

    /** Settles what was taken on an estimate. */
    public void settle(RateBuckets with, long actual) {
        if (actual != amount) {
            with.settle(bucket, perMinute, amount - actual);
        }
    }

    /** The same bucket asked for another amount. */
    public Claim of(long other) {
        return new Claim(bucket, perMinute, other);
    }
}
