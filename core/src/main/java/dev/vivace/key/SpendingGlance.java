package dev.vivace.key;

import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;

/**
 * What the file of a data directory says was spent, also while a gateway has it and writes. What
 * replicas spent is not in it. Immutable but for what the gateway goes on to add; thread-safe.
 */
public final class SpendingGlance {
    private final Map<String, SpendingSlot> accounts;
    private final Today today;

    private SpendingGlance(Map<String, SpendingSlot> accounts, Today today) {
        this.accounts = accounts;
        this.today = today;
    }

    /**
     * Looks; changes nothing there. Nothing was spent where there is no file, or none of ours.
     *
     * @throws IOException if the file is there and cannot be read
     */
    public static SpendingGlance at(Path directory, InstantSource clock) throws IOException {
        var accounts = new HashMap<String, SpendingSlot>();
        for (SpendingSlot slot : SpendingFile.peek(directory)) {
            accounts.put(slot.name(), slot);
        }
        return new SpendingGlance(accounts, Today.at(clock.millis()));
    }

    /** What a key or a tenant has spent; its budget does not matter. */
    public Spending.Spent spent(Purse of) {
        SpendingSlot slot = accounts.get(of.account());
        return slot == null
                ? new Spending.Spent(0, 0)
                : new Spending.Spent(
                        Spending.usd(slot.ofDay(today)), Spending.usd(slot.ofMonth(today)));
    }
}
