package dev.vivace.deliver;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * How many calls in flight an upstream can take, from how soon it begins to answer. Not
 * thread-safe.
 *
 * <p>The gradient of Netflix's Gradient2 (concurrency-limits): as long as answers begin not much
 * later than they did over a long time, the limit grows by a little; when they begin later, calls
 * queue somewhere, and the limit shrinks in proportion. Three things differ, because times to a
 * first token vary by themselves much more than those of small services, and because what a limit
 * did shows only in calls that began under it: the limit moves once per round, that is, after as
 * many answers as half the limit, by their average; and it shrinks for calls that the upstream
 * turned away once in that time, not for each of a burst of them. And the long time rises only
 * where the limit cannot be what made answers late: where it did not hold calls back, is small, or
 * was halved in vain. Otherwise, under lasting demand, waiting would become the measure of waiting,
 * and the limit would grow without end.
 */
final class GradientLimit {
    private static final double INITIAL = 20;
    private static final int LEAST_ROUND = 20;
    private static final double LONG_WINDOW = 600;
    private static final double TOLERANCE = 1.5;
    private static final double SMOOTHING = 0.2;
    private static final double ON_DROP = 0.9;
    private static final double LEAST_GROWTH = 4;
    private static final long LONGEST_PAUSE = TimeUnit.SECONDS.toNanos(1);

    private final int max;
    private final LongSupplier nanos;
    private double limit;
    private double longTime;
    private double weights;
    private double peak;
    private double roundSum;
    private int roundSize;
    private int mostInFlight;
    private boolean everDropped;
    private long droppedAt;

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
            dropped();
        } else if (firstByteNanos >= 0) {
            roundSum += Math.max(1, firstByteNanos);
            roundSize++;
            mostInFlight = Math.max(mostInFlight, inFlight);
            if (roundSize >= Math.max(LEAST_ROUND, limit / 2)) {
                round(roundSum / roundSize);
            }
        }
    }

    private void dropped() {
        long now = nanos.getAsLong();
        double pause = longTime == 0 ? LONGEST_PAUSE : Math.min(longTime, LONGEST_PAUSE);
        if (everDropped && now - droppedAt < pause) {
            return;
        }
        everDropped = true;
        droppedAt = now;
        limit = Math.max(1, limit * ON_DROP);
    }

    private void round(double time) {
        boolean heldBack = mostInFlight >= limit / 2;
        peak = Math.max(peak, limit);
        // A plain average until the window is full.
        weights = Math.min(LONG_WINDOW, weights + roundSize);
        if (time < longTime || longTime == 0 || !heldBack || limit <= Math.max(INITIAL, peak / 2)) {
            longTime += Math.min(1, roundSize / weights) * (time - longTime);
        }
        if (longTime > 2 * time) {
            longTime *= 0.95;
        }
        // Where the limit was not what held calls back, their times say nothing about it.
        if (heldBack) {
            double gradient = Math.clamp(TOLERANCE * longTime / time, 0.5, 1);
            double target = gradient * limit + Math.max(LEAST_GROWTH, Math.sqrt(limit));
            limit = Math.clamp(limit + SMOOTHING * (target - limit), 1, max);
        }
        roundSum = 0;
        roundSize = 0;
        mostInFlight = 0;
    }
}
