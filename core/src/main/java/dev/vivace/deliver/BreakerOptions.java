package dev.vivace.deliver;

import java.time.Duration;

/**
 * When an upstream, or one key of it, is left alone for a while.
 *
 * @param on whether it ever is; on by default
 * @param window what counts is what happened within it, 1 s to 10 minutes; 10 s by default
 * @param minCalls with fewer calls than that in the window nothing is concluded, 1 to 100,000; 20
 *     by default
 * @param failureRate opens at this share of failures, above 0 and at most 1; 0.5 by default
 * @param open how long nothing is sent, 10 ms to 10 minutes; 5 s by default
 * @param probes how many calls at a time are let through after that, until as many have succeeded
 *     or one has failed, 1 to 100; 3 by default
 */
public record BreakerOptions(
        boolean on, Duration window, int minCalls, double failureRate, Duration open, int probes) {
    public static final BreakerOptions DEFAULT =
            new BreakerOptions(true, Duration.ofSeconds(10), 20, 0.5, Duration.ofSeconds(5), 3);

    /**
     * @throws IllegalArgumentException naming what is out of range
     */
    public BreakerOptions {
        Range.of("window", window, Duration.ofSeconds(1), Duration.ofMinutes(10));
        Range.of("minCalls", minCalls, 1, 100_000);
        Range.of("failureRate", failureRate, Double.MIN_VALUE, 1);
        Range.of("open", open, Duration.ofMillis(10), Duration.ofMinutes(10));
        Range.of("probes", probes, 1, 100);
    }
}
