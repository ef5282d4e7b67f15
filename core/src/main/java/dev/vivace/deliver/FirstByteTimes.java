package dev.vivace.deliver;

import java.util.Arrays;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * How long an upstream lately took to begin its answers of one kind: its last 256 answers, none
 * older than five minutes. Thread-safe.
 */
public final class FirstByteTimes {
    private static final int SAMPLES = 256;
    private static final int NEEDED = 20;
    private static final int REUSED_FOR = 16;
    private static final long OLDEST = TimeUnit.MINUTES.toNanos(5);
    private static final double NEWEST_WEIGHS = 0.1;

    private final LongSupplier nanos;
    private final long[] times = new long[SAMPLES];
    private final long[] at = new long[SAMPLES];
    private final long[] sorted = new long[SAMPLES];
    private long recorded;
    private double average;
    private OptionalLong p95 = OptionalLong.empty();
    private long p95Of;

    public FirstByteTimes(LongSupplier nanos) {
        this.nanos = nanos;
    }

    /** Time from the sending of a request to the first byte of its answer, at least 0. */
    public synchronized void record(long firstByteNanos) {
        long now = nanos.getAsLong();
        average =
                isFresh(now)
                        ? average + NEWEST_WEIGHS * (firstByteNanos - average)
                        : firstByteNanos;
        int slot = (int) (recorded % SAMPLES);
        times[slot] = firstByteNanos;
        at[slot] = now;
        recorded++;
    }

    /**
     * The time that 19 of 20 answers did not exceed, in nanoseconds; none with fewer than 20 of
     * them. Up to 15 of the newest may not have changed it yet.
     */
    public synchronized OptionalLong p95() {
        long now = nanos.getAsLong();
        if (recorded < NEEDED || !isFresh(now)) {
            return OptionalLong.empty();
        }
        if (p95.isEmpty() || recorded - p95Of >= REUSED_FOR) {
            p95 = computed(now);
            p95Of = recorded;
        }
        return p95;
    }

    /** The average time in nanoseconds, the newer the heavier; 0 if nothing is known. */
    public synchronized double recent() {
        return isFresh(nanos.getAsLong()) ? average : 0;
    }

    /** Whether any is recent. */
    public synchronized boolean known() {
        return isFresh(nanos.getAsLong());
    }

    private boolean isFresh(long now) {
        return recorded > 0 && now - at[(int) ((recorded - 1) % SAMPLES)] <= OLDEST;
    }

    private OptionalLong computed(long now) {
        int count = 0;
        for (int slot = 0; slot < Math.min(recorded, SAMPLES); slot++) {
            if (now - at[slot] <= OLDEST) {
                sorted[count++] = times[slot];
            }
        }
        if (count < NEEDED) {
            return OptionalLong.empty();
        }
        Arrays.sort(sorted, 0, count);
        return OptionalLong.of(sorted[(int) Math.ceil(0.95 * count) - 1]);
    }
}
