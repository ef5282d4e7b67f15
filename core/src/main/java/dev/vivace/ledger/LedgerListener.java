package dev.vivace.ledger;

/**
 * Sees every entry of a {@link Ledger}, in the ledger's order.
 *
 * <p>Called by one thread at a time, the ledger's own and never a call's. It may take a lock for
 * microseconds; while it runs, later entries wait in a bounded queue. What it throws is logged and
 * changes nothing for other listeners.
 */
@FunctionalInterface
public interface LedgerListener {
    void on(LedgerEntry entry);
}
