package dev.vivace.deliver;

import java.time.Duration;

/**
 * How many calls an upstream works on at a time, and who waits.
 *
 * @param mode off by default
 * @param max most calls in flight, 1 to 100,000; 200 by default
 * @param queue most calls that wait for their turn, 0 to 100,000; 1,000 by default
 * @param queueWait how long one waits at most, 0 to 10 minutes; 30 s by default
 */
public record ConcurrencyOptions(Mode mode, int max, int queue, Duration queueWait) {
    /** What limits the calls in flight. */
    public enum Mode {
        /** Nothing. */
        OFF,
        /** {@code max}. */
        FIXED,
        /** What the time to the first token says, {@code max} at most. */
        ADAPTIVE
    }

    public static final ConcurrencyOptions DEFAULT =
            new ConcurrencyOptions(Mode.OFF, 200, 1_000, Duration.ofSeconds(30));

    /**
     * @throws IllegalArgumentException naming what is out of range
     */
    public ConcurrencyOptions {
        Range.of("max", max, 1, 100_000);
        Range.of("queue", queue, 0, 100_000);
        Range.of("queueWait", queueWait, Duration.ZERO, Duration.ofMinutes(10));
    }
}
