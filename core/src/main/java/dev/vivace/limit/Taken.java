package dev.vivace.limit;

import java.time.Duration;

/** What came of asking a bucket. */
public sealed interface Taken {
    /**
     * It was there.
     *
     * @param remaining what is left for now, 0 or more
     * @param reset until the bucket is full again
     */
    record Granted(long remaining, Duration reset) implements Taken {}

    /**
     * It was not there, and nothing was taken.
     *
     * @param remaining what is left for now, 0 or more
     * @param retryAfter until so much will be there; for more than a minute's worth, until the
     *     bucket is full
     */
    record Short(long remaining, Duration retryAfter) implements Taken {}
}
