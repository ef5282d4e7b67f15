package dev.vivace.redis;

/**
 * A counter as this replica knows it. Guarded by itself.
 *
 * <p>This replica writes its own total into a field of its own, rather than adding to a sum: to
 * write a total twice does no harm, so it can be written until it is known to be there.
 */
final class Counter {
    /** Never used by anybody before, not even by this replica. */
    final String field;

    /** What was added here. */
    long own;

    /** What others had added when Redis was last asked. */
    long others;

    /** Whether something was added here, ever. */
    boolean added;

    /** By the clock of this process. */
    long expiresNanos;

    long touchedNanos;

    /** Taken out of the map; whoever still holds it must look again. */
    boolean dropped;

    Counter(String field, long now) {
        this.field = field;
        touchedNanos = now;
        expiresNanos = now;
    }

    void add(long delta, long nowNanos, long expiryNanos) {
        own += delta;
        added = true;
        touchedNanos = nowNanos;
        if (nowNanos + expiryNanos - expiresNanos > 0) {
            expiresNanos = nowNanos + expiryNanos;
        }
    }

    boolean expired(long nowNanos) {
        return expiresNanos - nowNanos <= 0;
    }
}
