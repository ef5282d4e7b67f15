package dev.vivace.tool;

import dev.vivace.deliver.BreakerOptions;
import dev.vivace.deliver.RetryOptions;
import java.time.Duration;
import java.util.OptionalLong;

/**
 * What bounds the calls of a tool, or of all tools of a server together.
 *
 * @param atOnce most calls at a time, 1 to 10,000; 100 by default. A call counts until it has
 *     really ended, also when nobody waits for it any more.
 * @param queue most calls that wait for their turn, 0 to 100,000; 1,000 by default
 * @param queueWait how long one waits for its turn at most, 0 to 10 minutes; 30 s by default
 * @param perMinute most calls a minute, 1 to 2^40, every attempt counted; empty is no limit, the
 *     default
 * @param breaker when it is left alone for a while; a call that failed or took too long counts
 * @param retry when a call that failed is made again: only of a tool for which it does no harm, and
 *     never where it is felt outside. Of a server as a whole it means nothing.
 */
public record ToolLimit(
        int atOnce,
        int queue,
        Duration queueWait,
        OptionalLong perMinute,
        BreakerOptions breaker,
        RetryOptions retry) {
    public static final ToolLimit DEFAULT =
            new ToolLimit(
                    100,
                    1_000,
                    Duration.ofSeconds(30),
                    OptionalLong.empty(),
                    BreakerOptions.DEFAULT,
                    RetryOptions.DEFAULT);

    /**
     * @throws IllegalArgumentException naming what is out of range, or if a second attempt is to
     *     start beside the first
     */
    public ToolLimit {
        Require.range("atOnce", atOnce, 1, 10_000);
        Require.range("queue", queue, 0, 100_000);
        Require.range("queueWait", queueWait, Duration.ZERO, Duration.ofMinutes(10));
        if (perMinute.isPresent()) {
            Require.range("perMinute", perMinute.getAsLong(), 1L, 1L << 40);
        }
        if (retry.hedge()) {
            throw new IllegalArgumentException("hedge must be false: a tool is called once a time");
        }
    }
}
