package dev.vivace.answer;

import java.time.Duration;
import java.util.Optional;

/**
 * Why an answer never came, or broke off.
 *
 * @param message one line for a client: what went wrong, where, what to do; no secrets
 * @param retryAfter when asking again may help; empty if nobody knows
 */
public record Failure(Kind kind, String message, Optional<Duration> retryAfter) {
    public Failure(Kind kind, String message) {
        this(kind, message, Optional.empty());
    }

    /** What a door makes of it is its own affair; HTTP doors say 429, 500, 502, 503 or 504. */
    public enum Kind {
        /** Too much is asked for at the same time; it was not sent. */
        OVERLOADED,
        /** The upstream fails so often that it is left alone for now; it was not sent. */
        RESTING,
        /** No connection could be had. */
        UNREACHABLE,
        /** The upstream closed the connection or did not keep to the protocol. */
        BROKEN,
        /** It took too long. */
        TIMEOUT,
        /** There was no room for what had to be held of it. */
        NO_ROOM,
        /** The gateway ends, and did not wait any longer. */
        STOPPED,
        /** A fault of ours. */
        INTERNAL
    }
}
