package dev.vivace.ledger;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The last entries, in a ring. Thread-safe. */
final class Recent {
    private final @Nullable LedgerEntry[] ring;
    private long added;

    Recent(int capacity) {
        ring = new @Nullable LedgerEntry[capacity];
    }

    int capacity() {
        return ring.length;
    }

    synchronized void add(LedgerEntry entry) {
        ring[(int) (added++ % ring.length)] = entry;
    }

    /** Oldest first. */
    synchronized List<LedgerEntry> latest(int limit) {
        int count = (int) Math.min(limit, Math.min(added, ring.length));
        var latest = new ArrayList<LedgerEntry>(count);
        for (long i = added - count; i < added; i++) {
            LedgerEntry entry = ring[(int) (i % ring.length)];
            if (entry != null) {
                latest.add(entry);
            }
        }
        return latest;
    }
}
