package dev.vivace.key;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * The sums of one account, in memory that may be a mapped file's: in nano-dollars, for the day and
 * for the month that are named beside them.
 *
 * <pre>
 *    0  length of the name, 0 while the slot is free; written last
 *    8  day      16  spent on it
 *   24  month    32  spent in it
 *   40  name
 * </pre>
 *
 * <p>The monitor orders the writers of this process. A process that is killed leaves a prefix of
 * its stores in the page cache, in program order, each of eight aligned bytes whole: so a sum is
 * emptied before another day is written beside it, and never counts for a day that it is not of.
 */
final class SpendingSlot {
    static final int BYTES = 128;
    static final int MAX_NAME = 88;

    private static final VarHandle LONG =
            ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN).varHandle();
    private static final int NAME_LENGTH = 0;
    private static final int DAY = 8;
    private static final int MONTH = 24;
    private static final int NAME = 40;

    private final MemorySegment at;
    private final PeriodSum day;
    private final PeriodSum month;
    private long held;
    private boolean retired;

    private SpendingSlot(MemorySegment at) {
        this.at = at;
        this.day = new PeriodSum(at, DAY);
        this.month = new PeriodSum(at, MONTH);
    }

    /** One that no file keeps. */
    static SpendingSlot inMemory() {
        return new SpendingSlot(MemorySegment.ofArray(new long[BYTES / Long.BYTES]));
    }

    /** The one that is there. */
    static SpendingSlot there(MemorySegment at) {
        return new SpendingSlot(at);
    }

    /** Makes a slot of what was another's or nobody's. */
    static SpendingSlot made(MemorySegment at, String name, Today today) {
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        set(at, NAME_LENGTH, 0);
        set(at, DAY + Long.BYTES, 0);
        set(at, MONTH + Long.BYTES, 0);
        set(at, DAY, today.day());
        set(at, MONTH, today.month());
        MemorySegment.copy(bytes, 0, at, ValueLayout.JAVA_BYTE, NAME, bytes.length);
        set(at, NAME_LENGTH, bytes.length);
        return new SpendingSlot(at);
    }

    static void set(MemorySegment at, long offset, long value) {
        LONG.setVolatile(at, offset, value);
    }

    static long get(MemorySegment at, long offset) {
        return (long) LONG.getVolatile(at, offset);
    }

    /** Sets eight aligned bytes of a file's header. */
    static void header(MemorySegment at, long offset, long value) {
        set(at, offset, value);
    }

    /** Empty if it is free. */
    String name() {
        int length = (int) get(at, NAME_LENGTH);
        byte[] bytes = at.asSlice(NAME, length).toArray(ValueLayout.JAVA_BYTE);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /** Whether what stands there can be a slot. */
    boolean sound() {
        long length = get(at, NAME_LENGTH);
        return length >= 0
                && length <= MAX_NAME
                && get(at, DAY) >= 0
                && get(at, DAY + Long.BYTES) >= 0
                && get(at, MONTH) >= 0
                && get(at, MONTH + Long.BYTES) >= 0;
    }

    /** Adds; false if it is no longer this account's. */
    synchronized boolean add(Today today, long nanos) {
        if (retired) {
            return false;
        }
        roll(today);
        day.add(nanos);
        month.add(nanos);
        return true;
    }

    /**
     * What there is to tell of it.
     *
     * @param at the day and the month that the sums are of
     */
    record Sums(Today at, long day, long month, long held) {
        static Sums none(Today at) {
            return new Sums(at, 0, 0, 0);
        }
    }

    synchronized Sums sums(Today today) {
        return new Sums(today, day.of(today.day()), month.of(today.month()), held);
    }

    /** Sees to it that at least so much is counted, unless a later day or month has begun. */
    synchronized void atLeast(Today today, long dayNanos, long monthNanos) {
        if (retired) {
            return;
        }
        roll(today);
        day.atLeast(today.day(), dayNanos);
        month.atLeast(today.month(), monthNanos);
    }

    /** Writes nothing: a look must not change anything, and may be at a file of another process. */
    synchronized long ofDay(Today today) {
        return day.of(today.day());
    }

    /** As above. */
    synchronized long ofMonth(Today today) {
        return month.of(today.month());
    }

    /** Holds or gives back; false if it is no longer this account's. */
    synchronized boolean hold(long nanos) {
        held += retired ? 0 : nanos;
        return !retired;
    }

    synchronized long held() {
        return held;
    }

    /** Gives the slot up if its day and month are over; whether it is given up. */
    synchronized boolean retire(Today today) {
        retired |= held == 0 && get(at, MONTH) < today.month() && get(at, DAY) < today.day();
        return retired;
    }

    MemorySegment memory() {
        return at;
    }

    private void roll(Today today) {
        day.turnTo(today.day());
        month.turnTo(today.month());
    }
}
