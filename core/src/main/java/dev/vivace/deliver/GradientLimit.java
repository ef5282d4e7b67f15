package dev.vivace.deliver;

import java.util.function.LongSupplier;

/**
 * How many calls in flight an upstream can take, from how soon it begins to answer. Not
 * thread-safe.
 */
final class GradientLimit {
    private static final double INITIAL = 20;
    private static final int LONG_WINDOW = 600;
    private static final int WARM_UP = 10;
    private static final double TOLERANCE = 1.5;
    private static final double SMOOTHING = 0.2;
    private static final double ON_DROP = 0.9;
    private static final double QUEUE = 4;

    private final int max;
    private final LongSupplier nanos;
    private double limit;
    private double longTime;
    private long samples;

    GradientLimit(int max, LongSupplier nanos) {
        this.max = max;
        this.nanos = nanos;
        this.limit = Math.min(INITIAL, max);
    }

    int limit() {
        return (int) limit;
    }

    /**
     * @param firstByteNanos negative if there was none
     * @param inFlight how many there were, this one included
     */
    void ended(long firstByteNanos, boolean dropped, int inFlight) {
        if (dropped) {
            limit = Math.max(1, limit * ON_DROP);
        } else if (firstByteNanos >= 0) {
            sampled(Math.max(1, firstByteNanos), inFlight);
        }
    }

    private void sampled(double time, int inFlight) {
        samples++;
        double weight = samples <= WARM_UP ? 1.0 / samples : 2.0 / (LONG_WINDOW + 1);
        longTime += weight * (time - longTime);
        if (longTime > 2 * time) {
            longTime *= 0.95;
        }
        if (inFlight < limit / 2) {
            return;
        }
        double gradient = Math.clamp(TOLERANCE * longTime / time, 0.5, 1);
        double target = gradient * limit + QUEUE;
        limit = Math.clamp(limit + SMOOTHING * (target - limit), 1, max);
    }
}
