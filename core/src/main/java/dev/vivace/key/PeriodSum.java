package dev.vivace.key;

import java.lang.foreign.MemorySegment;

/**
 * The sum of one kind of period, a day or a month, in a slot's memory, with the number of the
 * period that it is of. Not thread-safe: the slot's monitor guards it.
 *
 * <p>The clock may be wrong for a while, and nothing that was spent is forgotten for that. Set
 * back, it does not open a period again: what is spent is added to the later one, and counts now as
 * well. Only when time goes on there, from one period to the next, the later one was the mistake.
 * Set forward, it opens another; when it comes back, what was spent before counts again, together
 * with what was spent meanwhile. In doubt something counts in two periods rather than in none. What
 * the last period before this one had is not in the file: a process that ends between the one and
 * the other has forgotten it.
 */
final class PeriodSum {
    private static final long NONE = Long.MIN_VALUE;

    private final MemorySegment at;
    private final long offset;
    private long earlier = NONE;
    private long earlierSum;

    /** The first period in which the clock was seen behind the one that is counted. */
    private long behind = NONE;

    /**
     * @param offset of the period's number; its sum follows
     */
    PeriodSum(MemorySegment at, long offset) {
        this.at = at;
        this.offset = offset;
    }

    /** What counts for a period. Writes nothing into the slot. */
    long of(long now) {
        long period = period();
        if (period == now) {
            return sum();
        }
        if (period > now && wentOn(now)) {
            return 0;
        }
        boolean known = earlier == now;
        long since = period > now || known ? sum() : 0;
        return known ? plus(since, earlierSum) : since;
    }

    /** Sees to it that what is added from now on is not added to a period that is over. */
    void turnTo(long now) {
        long period = period();
        if (period == now) {
            behind = NONE;
            return;
        }
        if (period > now && !wentOn(now)) {
            return;
        }
        long had = of(now);
        earlier = period;
        earlierSum = sum();
        behind = NONE;
        SpendingSlot.set(at, offset + Long.BYTES, 0);
        SpendingSlot.set(at, offset, now);
        if (had > 0) {
            SpendingSlot.set(at, offset + Long.BYTES, had);
        }
    }

    /** Whether time goes on behind the period that is counted. */
    private boolean wentOn(long now) {
        if (behind == NONE || now < behind) {
            behind = now;
        }
        return now > behind;
    }

    void add(long nanos) {
        SpendingSlot.set(at, offset + Long.BYTES, plus(sum(), nanos));
    }

    /** Of another period than the one that is counted, nothing is known here to compare with. */
    void atLeast(long of, long nanos) {
        if (period() != of) {
            return;
        }
        SpendingSlot.set(at, offset + Long.BYTES, Math.max(nanos, sum()));
    }

    private static long plus(long a, long b) {
        return a + b < 0 ? Long.MAX_VALUE : a + b;
    }

    private long period() {
        return SpendingSlot.get(at, offset);
    }

    private long sum() {
        return SpendingSlot.get(at, offset + Long.BYTES);
    }
}
