package dev.vivace.ledger;

import java.util.List;

/** Entries to test with. */
final class Entries {
    private Entries() {}

    static LedgerEntry entry(String id) {
        return entry(id, "m-1", "t-1", "");
    }

    static LedgerEntry entry(String id, String model, String tenant, String error) {
        return new LedgerEntry(
                id,
                1_790_000_000_123L,
                tenant,
                "",
                "chat",
                model,
                CacheStatus.MISS,
                200,
                new Tokens(21, 0, 9, 0, false),
                new Money(0.000_009, 0),
                new Times(85, 1_200, 900, 1_300),
                false,
                1,
                List.of(new StageNote("exact-cache", "miss"), new StageNote("deliver", "ok")),
                error);
    }

    static List<String> ids(List<LedgerEntry> entries) {
        return entries.stream().map(LedgerEntry::id).toList();
    }
}
