package dev.vivace.tool;

import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * How long calls of each tool take, to guess which of them others wait for the longest. Nothing but
 * the order among calls that may run depends on it. Thread-safe.
 */
final class Durations {
    private static final int MOST = 10_000;
    private static final double SHARE = 0.2;
    private static final double UNKNOWN_NANOS = 1e6;

    private final ConcurrentHashMap<String, Double> means = new ConcurrentHashMap<>();

    /** The longest there is for one that is longer. */
    static long nanos(Duration duration) {
        return TimeUnit.NANOSECONDS.convert(duration);
    }

    double expect(String tool) {
        return means.getOrDefault(tool, UNKNOWN_NANOS);
    }

    void took(String tool, long nanos) {
        if (means.size() < MOST || means.containsKey(tool)) {
            means.merge(tool, (double) nanos, (mean, last) -> mean + SHARE * (last - mean));
        }
    }
}
