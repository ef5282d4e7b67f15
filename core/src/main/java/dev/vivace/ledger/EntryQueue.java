package dev.vivace.ledger;

import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/**
 * A bounded queue that never blocks and counts what it refuses. Many threads offer, one polls.
 *
 * <p>A place is reserved in {@code size} before the entry is linked and given back after it is
 * unlinked, so {@code size} is never below the number of linked entries. Closing adds {@link
 * #CLOSED} to it: from then on nothing gets a place, and whoever had one is waited for, so that no
 * entry is lost between the last poll and the end.
 */
final class EntryQueue {
    private static final int CLOSED = 1 << 30;

    private final ConcurrentLinkedQueue<LedgerEntry> entries = new ConcurrentLinkedQueue<>();
    private final AtomicInteger size = new AtomicInteger();
    private final LongAdder dropped = new LongAdder();
    private final int capacity;
    private final Runnable halfFull;

    /**
     * @param halfFull run by the thread whose entry fills half of the places
     */
    EntryQueue(int capacity, Runnable halfFull) {
        this.capacity = capacity;
        this.halfFull = halfFull;
    }

    void offer(LedgerEntry entry) {
        int place = size.incrementAndGet();
        if (place > capacity) {
            size.decrementAndGet();
            dropped.increment();
            return;
        }
        entries.add(entry);
        if (place == capacity / 2) {
            halfFull.run();
        }
    }

    Optional<LedgerEntry> poll() {
        LedgerEntry entry = entries.poll();
        if (entry == null) {
            return Optional.empty();
        }
        size.decrementAndGet();
        return Optional.of(entry);
    }

    /** At least as many as are linked now. */
    int size() {
        return size.get() & (CLOSED - 1);
    }

    /** From now on every offer is refused, and counted. */
    void close() {
        size.addAndGet(CLOSED);
    }

    long dropped() {
        return dropped.sum();
    }
}
