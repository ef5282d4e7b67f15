package dev.vivace.chain;

import dev.vivace.deliver.Backoff;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/**
 * When a step that failed is made again: only where its tool changes nothing, or is idempotent and
 * not felt outside, and on top of what the limit of the tool allows. Not when it was refused, or
 * answered with an error of its own. It keeps its place among those that run while it waits.
 *
 * @param attempts 1 to 10
 * @param base the first wait is a random part of it, and of twice as much with each further one, 1
 *     ms to 1 minute
 * @param maxWait the longest wait, 0 to 5 minutes
 */
public record StepRetry(int attempts, Duration base, Duration maxWait) {
    /** One attempt; the default. */
    public static final StepRetry NONE = of(1);

    /**
     * @throws IllegalArgumentException naming what is out of range
     */
    public StepRetry {
        if (attempts < 1 || attempts > 10) {
            throw new IllegalArgumentException("attempts must be from 1 to 10, not " + attempts);
        }
        var unused = new Backoff(base, maxWait, () -> 0);
    }

    /** 200 ms at first, 10 s at the longest. */
    public static StepRetry of(int attempts) {
        return new StepRetry(attempts, Duration.ofMillis(200), Duration.ofSeconds(10));
    }

    Duration before(int retry) {
        // Whoever asks is asked on its own thread.
        return new Backoff(base, maxWait, () -> ThreadLocalRandom.current().nextLong())
                .before(retry);
    }
}
