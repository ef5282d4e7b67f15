package dev.vivace.deliver;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * How much load retries may add to one upstream: within the last minute no more than a share of its
 * calls, or a few where calls are few. Without it, retries multiply what an upstream in trouble has
 * to bear. Thread-safe.
 */
public final class RetryBudget {
    private static final int CALLS = 0;
    private static final int RETRIES = 1;

    private final double share;
    private final int floor;
    private final RollingCounts counts;

    /**
     * @param share retries for each call, 0 to 1
     * @param floor retries that are allowed however few calls there were, at least 0
     * @param nanos a monotonic clock
     */
    public RetryBudget(double share, int floor, LongSupplier nanos) {
        Range.of("share", share, 0, 1);
        Range.of("floor", floor, 0, Integer.MAX_VALUE);
        this.share = share;
        this.floor = floor;
        this.counts = new RollingCounts(2, 60, TimeUnit.SECONDS.toNanos(1), nanos);
    }

    /** A call came that is no retry. */
    public synchronized void called() {
        counts.add(CALLS);
    }

    /** Takes one retry; false, and nothing taken, if that would be more than is allowed. */
    public synchronized boolean tryRetry() {
        boolean allowed = allows();
        if (allowed) {
            counts.add(RETRIES);
        }
        return allowed;
    }

    /** Whether a retry is allowed; takes none. */
    public synchronized boolean allows() {
        return counts.sum(RETRIES) + 1 <= Math.max(floor, share * counts.sum(CALLS));
    }

    /** Calls within the last minute. */
    public synchronized int calls() {
        return counts.sum(CALLS);
    }

    /** Retries within the last minute. */
    public synchronized int retries() {
        return counts.sum(RETRIES);
    }
}
