package dev.vivace.answer;

/**
 * Why an answer never came, or broke off.
 *
 * @param message one line for a client: what went wrong, where, what to do; no secrets
 */
public record Failure(Kind kind, String message) {
    /** What a door makes of it is its own affair; HTTP doors say 500, 502, 503 or 504. */
    public enum Kind {
        /** No connection could be had. */
        UNREACHABLE,
        /** The upstream closed the connection or did not keep to the protocol. */
        BROKEN,
        /** It took too long. */
        TIMEOUT,
        /** There was no room for what had to be held of it. */
        NO_ROOM,
        /** A fault of ours. */
        INTERNAL
    }
}
