package dev.vivace.deliver;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Which of an upstream's keys is next: they take turns, and one that was refused or limited rests.
 * Knows keys by their index only. Thread-safe.
 */
public final class KeyRing {
    private static final Duration LONGEST = Duration.ofDays(1);

    private final LongSupplier nanos;
    private final long[] restedAt;
    private final long[] restNanos;
    private final int count;
    private int next;

    /** Whether any rests, or did when somebody looked last: nearly always none does. */
    private volatile boolean resting;

    /**
     * @param count how many keys there are; with none, the ring has one entry that stands for "no
     *     key"
     */
    public KeyRing(int count, LongSupplier nanos) {
        Range.of("count", count, 0, Integer.MAX_VALUE);
        this.nanos = nanos;
        this.count = count;
        this.restedAt = new long[Math.max(1, count)];
        this.restNanos = new long[restedAt.length];
    }

    /** How many keys there are, those that rest included. */
    public int count() {
        return count;
    }

    /** The next key that does not rest, or -1 if all do. */
    public int next() {
        return count <= 1 && !resting ? 0 : nextOfSeveral();
    }

    /**
     * The next after one that was of no use, or -1 if all rest. Who begins with {@link #next} comes
     * to every key in as many turns as there are keys, whoever else takes turns meanwhile.
     */
    public synchronized int after(int key) {
        next = key + 1 == restNanos.length ? 0 : key + 1;
        return nextOfSeveral();
    }

    private synchronized int nextOfSeveral() {
        for (int tried = 0; tried < restNanos.length; tried++) {
            int key = next;
            next = key + 1 == restNanos.length ? 0 : key + 1;
            if (restNanosLeft(key) == 0) {
                return key;
            }
        }
        return -1;
    }

    /** Leaves a key alone for a time, a day at most; a longer rest that it has already goes on. */
    public synchronized void rest(int key, Duration time) {
        long rest = (time.compareTo(LONGEST) > 0 ? LONGEST : time).toNanos();
        if (rest > restNanosLeft(key)) {
            restedAt[key] = nanos.getAsLong();
            restNanos[key] = rest;
            resting = true;
        }
    }

    /** How long until a key can be used; zero if one can now. */
    public Duration restsFor() {
        return resting ? Duration.ofNanos(leastRest()) : Duration.ZERO;
    }

    private synchronized long leastRest() {
        long least = Long.MAX_VALUE;
        long most = 0;
        for (int key = 0; key < restNanos.length; key++) {
            long left = restNanosLeft(key);
            least = Math.min(least, left);
            most = Math.max(most, left);
        }
        resting = most > 0;
        return least;
    }

    /** How many keys rest. */
    public synchronized int resting() {
        int resting = 0;
        for (int key = 0; key < restNanos.length; key++) {
            resting += restNanosLeft(key) > 0 ? 1 : 0;
        }
        return resting;
    }

    private long restNanosLeft(int key) {
        return restNanos[key] == 0
                ? 0
                : Math.max(0, restNanos[key] - (nanos.getAsLong() - restedAt[key]));
    }
}
