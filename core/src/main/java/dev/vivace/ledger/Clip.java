package dev.vivace.ledger;

/**
 * Bounds the texts of an entry that a client or an upstream wrote, so that a bound in entries is
 * also a bound in bytes.
 */
final class Clip {
    static final int NAME = 256;
    static final int ERROR = 1_000;

    private Clip() {}

    static LedgerEntry entry(LedgerEntry e) {
        if (e.model().length() <= NAME
                && e.tenant().length() <= NAME
                && e.error().length() <= ERROR) {
            return e;
        }
        return new LedgerEntry(
                e.id(),
                e.at(),
                text(e.tenant(), NAME),
                text(e.key(), NAME),
                e.door(),
                text(e.model(), NAME),
                e.cache(),
                e.status(),
                e.tokens(),
                e.money(),
                e.times(),
                e.streamed(),
                e.attempts(),
                e.stages(),
                text(e.error(), ERROR));
    }

    private static String text(String text, int limit) {
        if (text.length() <= limit) {
            return text;
        }
        int end = limit - 1;
        if (Character.isHighSurrogate(text.charAt(end - 1))) {
            end--;
        }
        return text.substring(0, end) + "…";
    }
}
