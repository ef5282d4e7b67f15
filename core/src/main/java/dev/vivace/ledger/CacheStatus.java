package dev.vivace.ledger;

/** Where an answer came from, as the {@code x-cache} header says it. */
public enum CacheStatus {
    /** A stored answer. */
    HIT("HIT"),
    /** A stored answer to a question that means the same. */
    HIT_SEMANTIC("HIT-SEMANTIC"),
    /** The answer to an identical call that was in flight. */
    JOINED("JOINED"),
    /** Looked for, not there. */
    MISS("MISS"),
    /** Not eligible, or told neither to look nor to store. */
    BYPASS("BYPASS"),
    /** Told to fetch again; stored. */
    REFRESH("REFRESH");

    private final String header;

    CacheStatus(String header) {
        this.header = header;
    }

    /** The value of the {@code x-cache} header. */
    public String header() {
        return header;
    }
}
