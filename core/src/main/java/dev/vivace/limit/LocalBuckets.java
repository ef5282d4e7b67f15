package dev.vivace.limit;

import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.LongSupplier;

/**
 * Buckets in this process. What they answer is there at once. At most 100,000: those that nobody
 * has used for a while and that are full again are forgotten, which changes nothing; when all are
 * in use, the least recently used one goes, and begins full if it comes back.
 *
 * <p>One monitor guards all: what is done under it takes a fraction of a microsecond.
 */
public final class LocalBuckets implements RateBuckets {
    private static final int MAX = 100_000;
    private static final int FORGET_AT_ONCE = 2;

    private final LongSupplier nanos;
    private final int max;
    private final LinkedHashMap<String, Bucket> buckets = new LinkedHashMap<>(16, 0.75f, true);

    public LocalBuckets() {
        this(System::nanoTime);
    }

    /**
     * @param nanos a clock that never goes back
     */
    public LocalBuckets(LongSupplier nanos) {
        this(nanos, MAX);
    }

    LocalBuckets(LongSupplier nanos, int max) {
        this.nanos = nanos;
        this.max = max;
    }

    @Override
    public CompletionStage<Taken> take(String bucket, long perMinute, long amount) {
        return CompletableFuture.completedFuture(taken(bucket, perMinute, amount));
    }

    private synchronized Taken taken(String bucket, long perMinute, long amount) {
        return bucket(bucket, perMinute).take(amount);
    }

    @Override
    public synchronized void settle(String bucket, long perMinute, long amount) {
        bucket(bucket, perMinute).putBack(amount);
    }

    synchronized int size() {
        return buckets.size();
    }

    private Bucket bucket(String name, long perMinute) {
        long now = nanos.getAsLong();
        Bucket found = buckets.get(name);
        if (found == null) {
            found = new Bucket(now, perMinute);
            buckets.put(name, found);
        }
        found.refill(now, perMinute);
        forget(found, now);
        return found;
    }

    /** The map has the least recently used ones first, so that the idle ones are met there. */
    private void forget(Bucket inUse, long now) {
        Iterator<Bucket> eldest = buckets.values().iterator();
        for (int i = 0; i < FORGET_AT_ONCE && eldest.hasNext(); i++) {
            Bucket next = eldest.next();
            if (next == inUse || buckets.size() <= max && !next.full(now)) {
                return;
            }
            eldest.remove();
        }
    }

    /** A bucket, by what is missing from it, which is more than it holds while it owes. */
    private static final class Bucket {
        private static final double MINUTE = 60e9;

        /** Less than any amount, and more than what sums of fractions are off by. */
        private static final double NOTHING = 1e-6;

        private long at;
        private long perMinute;
        private double missing;

        Bucket(long now, long perMinute) {
            this.at = now;
            this.perMinute = perMinute;
        }

        /** Until now it was filled at the old rate, from now on it is at the new one. */
        void refill(long now, long newRate) {
            missing = missingAt(now);
            at = now;
            perMinute = newRate;
        }

        boolean full(long now) {
            return missingAt(now) <= NOTHING;
        }

        private double missingAt(long now) {
            return Math.max(0, missing - (now - at) * (perMinute / MINUTE));
        }

        Taken take(long amount) {
            double most = missing <= NOTHING ? Double.MAX_VALUE : perMinute + NOTHING;
            if (missing + amount <= most) {
                missing += amount;
                return new Taken.Granted(remaining(), time(missing), false);
            }
            return new Taken.Short(
                    remaining(), time(Math.min(missing, missing + amount - perMinute)), false);
        }

        void putBack(long amount) {
            missing = Math.max(0, missing - amount);
        }

        private long remaining() {
            return (long) Math.max(0, perMinute - missing + NOTHING);
        }

        /** How long it takes for so much to come in. */
        private Duration time(double amount) {
            return Duration.ofNanos((long) Math.ceil(amount * MINUTE / perMinute));
        }
    }
}
