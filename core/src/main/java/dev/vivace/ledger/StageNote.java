package dev.vivace.ledger;

import java.util.concurrent.ConcurrentHashMap;

/**
 * What one stage did to one call.
 *
 * @param stage the stage's name: {@code exact-cache}, {@code join}, {@code batch}, {@code deliver}
 * @param outcome one of the few words of that stage, such as {@code hit}; it becomes a metric label
 */
public record StageNote(String stage, String outcome) {
    private static final int MOST = 256;
    private static final ConcurrentHashMap<StageNote, StageNote> KNOWN = new ConcurrentHashMap<>();

    /**
     * The same note for the same words: thousands of entries are alive at a time, and what they
     * share need not be copied by each collection of garbage.
     */
    public static StageNote of(String stage, String outcome) {
        var note = new StageNote(stage, outcome);
        StageNote known = KNOWN.get(note);
        if (known == null && KNOWN.size() < MOST) {
            known = KNOWN.putIfAbsent(note, note);
        }
        return known == null ? note : known;
    }
}
