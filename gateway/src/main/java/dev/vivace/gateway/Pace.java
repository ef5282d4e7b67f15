package dev.vivace.gateway;

import java.util.Optional;

/** Whether a body comes fast enough for the room that it takes. Times are in nanoseconds. */
final class Pace {
    private static final long SECOND = 1_000_000_000L;

    /** A client that sends nothing for so long holds room that others wait for. */
    private static final long MAX_SILENCE = 30 * SECOND;

    /**
     * Bytes a second that a body must have come at on the average, that silence apart: less than a
     * modem's rate, and enough that a body of 64 MB cannot be drawn out for a day.
     */
    private static final long MIN_RATE = 16_000;

    private long began;
    private long lastSign;

    Pace(long now) {
        began = lastSign = now;
    }

    /** Some of it has come. */
    void came(long now) {
        lastSign = now;
    }

    /** It goes on after it was not read for some time, which does not count. */
    void wentOn(long pausedAt, long now) {
        began += now - pausedAt;
        lastSign = now;
    }

    /**
     * What is wrong with it, for the client; empty if nothing is.
     *
     * @param size how many bytes have come
     */
    Optional<String> tooSlow(long now, int size) {
        if (now - lastSign > MAX_SILENCE) {
            return Optional.of(
                    "The request body did not go on for "
                            + MAX_SILENCE / SECOND
                            + " s; it has "
                            + size
                            + " bytes so far.");
        }
        if (now - began - MAX_SILENCE > size * (SECOND / MIN_RATE)) {
            return Optional.of(
                    "The request body comes too slowly: "
                            + size
                            + " bytes in "
                            + (now - began) / SECOND
                            + " s; after the first "
                            + MAX_SILENCE / SECOND
                            + " s it must come at "
                            + MIN_RATE
                            + " bytes a second on the average.");
        }
        return Optional.empty();
    }
}
