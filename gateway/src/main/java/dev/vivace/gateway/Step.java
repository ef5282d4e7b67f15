package dev.vivace.gateway;

import java.time.Duration;
import java.util.Locale;

/**
 * Where a flight goes next.
 *
 * @param why it goes on, in the ledger's words; nothing for the first
 * @param pause before it does
 * @param fresh whether the connection must be a new one: the one before broke
 */
record Step(Kind kind, Candidate to, String why, Duration pause, boolean fresh) {
    /** What it is to the upstream that is asked. */
    enum Kind {
        FIRST,
        /** The same call once more, which its budget allowed. */
        RETRY,
        /** Another one, as the one before failed or lets nobody in. */
        FALLBACK,
        /** Another attempt beside one that is late. */
        HEDGE;

        /** What the ledger calls it. */
        String stage() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    static Step first(Candidate to) {
        return new Step(Kind.FIRST, to, "", Duration.ZERO, false);
    }

    static Step fallback(Candidate to, String why) {
        return new Step(Kind.FALLBACK, to, why, Duration.ZERO, false);
    }

    static Step hedge(Candidate to) {
        return new Step(Kind.HEDGE, to, "sent", Duration.ZERO, false);
    }
}
