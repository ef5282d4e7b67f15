package dev.vivace.tool;

import java.util.concurrent.ConcurrentHashMap;

/**
 * How long calls of each tool take, to guess which of them others wait for the longest. Nothing but
 * the order among calls that may run depends on it. Thread-safe.
 */
final class Durations {
    private static final int MOST = 10_000;
    private static final double SHARE = 0.2;
    private static final double UNKNOWN_NANOS = 1e6;

    private final ConcurrentHashMap<String, Double> means = new ConcurrentHashMap<>();

    double expect(String tool) {
        return means.getOrDefault(tool, UNKNOWN_NANOS);
    }

    void took(String tool, long nanos) {
        if (means.size() < MOST || means.containsKey(tool)) {
            means.merge(tool, (double) nanos, (mean, last) -> mean + SHARE * (last - mean));
        }
    }
}
