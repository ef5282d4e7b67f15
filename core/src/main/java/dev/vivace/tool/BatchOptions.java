package dev.vivace.tool;

import java.time.Duration;

/**
 * How a batch is to be run.
 *
 * @param principal for whom
 * @param concurrency most calls at a time, 1 to 1,000; default 5
 * @param timeout for each call; default a minute
 * @param batchTimeout for all together; what has not ended then is cancelled; default ten minutes
 * @param references whether arguments may refer to earlier results, see {@link References}; default
 *     yes
 * @param skipCache whether every call is made, whatever is known; default no
 */
public record BatchOptions(
        String principal,
        int concurrency,
        Duration timeout,
        Duration batchTimeout,
        boolean references,
        boolean skipCache) {
    public static final int MAX_CONCURRENCY = 1_000;

    public BatchOptions {
        if (concurrency < 1 || concurrency > MAX_CONCURRENCY) {
            throw new IllegalArgumentException(
                    "concurrency must be 1 to " + MAX_CONCURRENCY + ", not " + concurrency);
        }
        if (!timeout.isPositive() || !batchTimeout.isPositive()) {
            throw new IllegalArgumentException("timeouts must be more than 0");
        }
    }

    /** The defaults. */
    public static BatchOptions of(String principal) {
        return new BatchOptions(
                principal, 5, Duration.ofMinutes(1), Duration.ofMinutes(10), true, false);
    }

    public BatchOptions withConcurrency(int most) {
        return new BatchOptions(principal, most, timeout, batchTimeout, references, skipCache);
    }

    public BatchOptions withTimeouts(Duration each, Duration all) {
        return new BatchOptions(principal, concurrency, each, all, references, skipCache);
    }

    public BatchOptions withReferences(boolean allowed) {
        return new BatchOptions(principal, concurrency, timeout, batchTimeout, allowed, skipCache);
    }

    public BatchOptions withSkipCache(boolean skip) {
        return new BatchOptions(principal, concurrency, timeout, batchTimeout, references, skip);
    }
}
