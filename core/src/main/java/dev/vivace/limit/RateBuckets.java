package dev.vivace.limit;

import java.util.concurrent.CompletionStage;

/**
 * Buckets that hold a minute's worth and refill evenly, by name. Thread-safe. Never fails: where a
 * store is gone, the local state decides.
 */
public interface RateBuckets {
    /**
     * Takes an amount, or nothing if it is not all there. A full bucket grants any amount, so that
     * what is larger than a minute's worth is possible at all; it then owes the rest.
     *
     * @param perMinute what the bucket holds when it is full, and gets within a minute
     * @param amount 1 or more
     */
    CompletionStage<Taken> take(String bucket, long perMinute, long amount);

    /**
     * Settles what was taken on an estimate.
     *
     * @param amount is put back; what is negative is taken whether it is there or not, so that the
     *     bucket may owe
     */
    void settle(String bucket, long perMinute, long amount);
}
