package dev.vivace.deliver;

import java.time.Duration;

/**
 * When a call that failed is sent again.
 *
 * @param attempts most times that one call is sent to one upstream, 1 to 10; 3 by default
 * @param budget most retries to an upstream, as a share of the calls that came to it within the
 *     last minute, 0 to 1; 0.1 by default. Going on to another upstream is no retry there.
 * @param floor retries within a minute that are allowed however few calls came, 0 to 1,000; 3 by
 *     default
 * @param base the first wait is a random part of it, and of twice as much with each further one, 1
 *     ms to 1 minute; 200 ms by default
 * @param maxWait the longest wait before a retry, Retry-After included, 0 to 5 minutes; 10 s by
 *     default. An upstream that asks for more is not asked again by this call.
 * @param hedge whether a second attempt starts when the first is later than 19 of 20 recent answers
 *     were; off by default. It takes from the same budget.
 */
public record RetryOptions(
        int attempts, double budget, int floor, Duration base, Duration maxWait, boolean hedge) {
    public static final RetryOptions DEFAULT =
            new RetryOptions(3, 0.1, 3, Duration.ofMillis(200), Duration.ofSeconds(10), false);

    /**
     * @throws IllegalArgumentException naming what is out of range
     */
    public RetryOptions {
        Range.of("attempts", attempts, 1, 10);
        Range.of("budget", budget, 0, 1);
        Range.of("floor", floor, 0, 1_000);
        Range.of("base", base, Duration.ofMillis(1), Duration.ofMinutes(1));
        Range.of("maxWait", maxWait, Duration.ZERO, Duration.ofMinutes(5));
    }
}
