package dev.vivace.answer;

import java.util.Optional;

/** What an answer turned out to be. */
public sealed interface Examination {
    /** The model that gave the answer; empty where the answer does not say. */
    String model();

    /** The tokens as reported; empty where the answer does not say. */
    Optional<Usage> usage();

    /** Complete and good: it may be stored and converted. */
    record Whole(String model, Optional<Usage> usage) implements Examination {}

    /**
     * Neither to be stored nor to be converted.
     *
     * @param reason one of the constants of this record, fit for a metric's label
     */
    record Unfit(String reason, String model, Optional<Usage> usage) implements Examination {
        /** The upstream reported an error. */
        public static final String ERROR = "error";

        /** Not what the protocol says: not JSON, not an object, a wrong type, nested too deep. */
        public static final String MALFORMED = "malformed";

        /** The end is missing, or the model has not finished. */
        public static final String INCOMPLETE = "incomplete";

        /** Cut off at a limit of tokens. */
        public static final String TRUNCATED = "truncated";

        /** Cut off by a content filter. */
        public static final String FILTERED = "filtered";

        /** The model refused. */
        public static final String REFUSED = "refused";
    }
}
