package dev.vivace.limit;

import java.time.Duration;

/** What came of asking a bucket. */
public sealed interface Taken {
    /** Whether the bucket is one that replicas share, and not this one's own in its place. */
    boolean shared();

    /**
     * It was there.
     *
     * @param remaining what is left for now, 0 or more
     * @param reset until the bucket is full again
     * @param shared see {@link Taken#shared}
     */
    record Granted(long remaining, Duration reset, boolean shared) implements Taken {}

    /**
     * It was not there, and nothing was taken.
     *
     * @param remaining what is left for now, 0 or more
     * @param retryAfter until so much will be there; for more than a minute's worth, until the
     *     bucket is full
     * @param shared see {@link Taken#shared}
     */
    record Short(long remaining, Duration retryAfter, boolean shared) implements Taken {}
}
