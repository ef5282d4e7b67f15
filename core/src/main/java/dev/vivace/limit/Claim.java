package dev.vivace.limit;

import java.util.ArrayList;
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
     * Takes from several buckets, from all or from none. Where buckets are kept elsewhere, all are
     * asked at the same time, and what was taken is put back if one of them had not enough; so a
     * call that is refused may for a moment leave less for others.
     *
     * @param claims one or more
     */
    public static CompletionStage<Outcome> all(RateBuckets buckets, List<Claim> claims) {
        List<CompletableFuture<Outcome>> asked = new ArrayList<>(claims.size());
        for (Claim claim : claims) {
            var outcome =
                    claim.take(buckets)
                            .thenApply(taken -> new Outcome(claim, taken))
                            .toCompletableFuture();
            asked.add(outcome);
            if (outcome.isDone() && outcome.join().taken() instanceof Taken.Short) {
                break; // it is known already that the others are not needed
            }
        }
        return asked.stream()
                .reduce((one, other) -> one.thenCombine(other, Claim::decisive))
                .orElseThrow()
                .thenApply(decisive -> {
                    if (decisive.taken() instanceof Taken.Short) {
                        asked.stream()
                                .map(CompletableFuture::join)
                                .filter(had -> had.taken() instanceof Taken.Granted)
                                .forEach(had -> had.decisive().putBack(buckets));
                    }
                    return decisive;
                });
    }

    private static Outcome decisive(Outcome one, Outcome other) {
        if (one.taken() instanceof Taken.Granted first) {
            return other.taken() instanceof Taken.Granted second
                            && second.remaining() >= first.remaining()
                    ? one
                    : other;
        }
        return one;
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
