package dev.vivace.deliver;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long to wait before a retry: "full jitter", any time from none to twice as much with every
 * further retry. Clients that failed together then do not come back together (M. Brooker,
 * "Exponential Backoff and Jitter", AWS Architecture Blog, 2015). As thread-safe as its generator.
 */
public final class Backoff {
    private static final Duration LONGEST = Duration.ofMinutes(1);

    private final long baseNanos;
    private final long longestNanos;
    private final RandomGenerator random;

    /** One minute at the longest. */
    public Backoff(Duration base, RandomGenerator random) {
        this(base, LONGEST, random);
    }

    /**
     * @param base the most that the first wait can be, 1 ms to 1 minute
     * @param longest the most that any wait can be, 0 to 5 minutes
     */
    public Backoff(Duration base, Duration longest, RandomGenerator random) {
        Range.of("base", base, Duration.ofMillis(1), Duration.ofMinutes(1));
        Range.of("longest", longest, Duration.ZERO, Duration.ofMinutes(5));
        this.baseNanos = base.toNanos();
        this.longestNanos = longest.toNanos();
        this.random = random;
    }

    /**
     * The wait before the first, second... retry.
     *
     * @param retry from 1 on
     */
    public Duration before(int retry) {
        Range.of("retry", retry, 1, Integer.MAX_VALUE);
        // A minute doubled 27 times still fits a long.
        long most = Math.min(longestNanos, baseNanos << Math.min(retry - 1, 27));
        return Duration.ofNanos(random.nextLong(most + 1));
    }
}
