package dev.vivace.replica;

import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * Figures of which each replica writes its own, whole, and reads what those of the others come to.
 * Because nobody writes another's, and no difference is ever written, it does no harm to write one
 * again: whoever lost them, the store or a replica, is told by the other. Thread-safe, never
 * blocks.
 */
public interface SharedTotals {
    /** How a figure behaves. */
    enum Kind {
        /** Only grows: of all that this replica ever wrote, the largest counts. */
        TOTAL,
        /** Comes and goes: the last one counts, for a minute after it was written. */
        HELD
    }

    /**
     * What this replica says.
     *
     * @param own 0 or more; 0 asks only
     * @param keepSeconds after its last writing, when the store may forget it
     */
    record Figure(String name, Kind kind, long own, long keepSeconds) {}

    /**
     * What the store says.
     *
     * @param own this replica's: what it wrote, or, of a total, more if it had written more before
     * @param others what all others wrote, together
     */
    record Sum(long own, long others) {}

    /**
     * What came of an exchange.
     *
     * @param store another one if the store has lost everything since
     * @param sums in the order of the figures
     */
    record Exchange(String store, List<Sum> sums) {}

    /** Who has figures to tell. Called on a thread of the store's, so it must not block. */
    interface Keeper {
        /** The store is there, and may have lost anything since it was asked last. */
        void connected();

        /** Tells what is new: about once a second, and once more before the end. */
        CompletionStage<?> flush();
    }

    /** One round trip: writes and reads. Fails if the store is slow or gone. */
    CompletionStage<Exchange> exchange(List<Figure> figures);

    /** Whether it is worth asking. */
    boolean up();

    /** From now on this keeper is called; to be called once. */
    void keep(Keeper keeper);
}
