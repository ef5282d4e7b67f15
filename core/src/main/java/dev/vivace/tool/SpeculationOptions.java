package dev.vivace.tool;

import java.time.Duration;

/**
 * When a call is made before it is asked for.
 *
 * @param concurrency most such calls at a time, over all sessions, 1 to 1,000; default 2
 * @param wasteWeight how much worse a second of a tool is that works for nothing than a second of
 *     waiting, 0.1 to 100; with the default, 2, a guess must be right two times of three
 * @param leastSaving what is to be saved at least, 0 to 1 minute; default 2 ms
 * @param keep how old a result may be when it is asked for, 1 ms to 10 minutes; default 10 s
 * @param maxBytes of results that wait, over all sessions, 1 kB to 1 GB; default 16 MB
 */
public record SpeculationOptions(
        int concurrency, double wasteWeight, Duration leastSaving, Duration keep, long maxBytes) {
    public static final SpeculationOptions DEFAULT =
            new SpeculationOptions(2, 2, Duration.ofMillis(2), Duration.ofSeconds(10), 16L << 20);

    /**
     * @throws IllegalArgumentException naming what is out of range
     */
    public SpeculationOptions {
        Require.range("concurrency", concurrency, 1, 1_000);
        Require.range("wasteWeight", wasteWeight, 0.1, 100.0);
        Require.range("leastSaving", leastSaving, Duration.ZERO, Duration.ofMinutes(1));
        Require.range("keep", keep, Duration.ofMillis(1), Duration.ofMinutes(10));
        Require.range("maxBytes", maxBytes, 1L << 10, 1L << 30);
    }

    /** Whether a guess that is right so often is worth its cost. */
    boolean worthwhile(double probability, double savedNanos, double costNanos) {
        return savedNanos >= leastSaving.toNanos()
                && probability * savedNanos > (1 - probability) * costNanos * wasteWeight;
    }
}
