package dev.vivace.replica;

/**
 * Sums over all replicas, by name. Local additions count at once, those of others a moment later.
 * Thread-safe, never blocks; additions made while the store is gone reach it when it is back.
 */
public interface SharedCounters {
    /**
     * Adds to a counter.
     *
     * @param expirySeconds after its last addition, when the store may forget it
     */
    void add(String counter, long delta, long expirySeconds);

    /** What all have added, as far as known here. */
    long total(String counter);
}
