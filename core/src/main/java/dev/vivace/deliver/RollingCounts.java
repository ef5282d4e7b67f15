package dev.vivace.deliver;

import java.util.Arrays;
import java.util.function.LongSupplier;

/**
 * How often each of a few kinds of things happened lately: a ring of buckets and their sums. The
 * window ends within the current bucket, so it is up to one bucket shorter than its full length.
 * Not thread-safe.
 */
final class RollingCounts {
    private final LongSupplier nanos;
    private final long origin;
    private final long bucketNanos;
    private final int buckets;
    private final int[][] counts;
    private final int[] sums;
    private long current;

    RollingCounts(int kinds, int buckets, long bucketNanos, LongSupplier nanos) {
        this.nanos = nanos;
        this.origin = nanos.getAsLong();
        this.bucketNanos = bucketNanos;
        this.buckets = buckets;
        this.counts = new int[kinds][buckets];
        this.sums = new int[kinds];
    }

    void add(int kind) {
        advance();
        counts[kind][(int) (current % buckets)]++;
        sums[kind]++;
    }

    /** As of the last {@link #add} or {@link #sum}: for who has just called one of them. */
    int sumThen(int kind) {
        return sums[kind];
    }

    int sum(int kind) {
        advance();
        return sums[kind];
    }

    void clear() {
        for (int kind = 0; kind < sums.length; kind++) {
            Arrays.fill(counts[kind], 0);
            sums[kind] = 0;
        }
    }

    private void advance() {
        long now = (nanos.getAsLong() - origin) / bucketNanos;
        if (now - current >= buckets) {
            clear();
            current = now;
        }
        // A clock read on another thread may be a little behind: the window never goes back.
        while (current < now) {
            current++;
            int bucket = (int) (current % buckets);
            for (int kind = 0; kind < sums.length; kind++) {
                sums[kind] -= counts[kind][bucket];
                counts[kind][bucket] = 0;
            }
        }
    }
}
