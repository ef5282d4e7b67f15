package dev.vivace.line;

import dev.vivace.answer.AnswerLog;
import dev.vivace.cache.Fingerprint;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Calls on their way, by what they ask: whoever asks the same joins them. Thread-safe; as large as
 * the calls are many.
 */
public final class InFlight {
    /** A place at the first byte of somebody else's answer. */
    record Joined(Flight flight, AnswerLog.Reader reader) {}

    private final ConcurrentHashMap<Fingerprint, Flight> flights = new ConcurrentHashMap<>();

    /**
     * Joins the flight that has this key; or makes the given one the flight that others join, and
     * returns nothing. One whose answer would not say enough is left to those who have joined it.
     */
    Optional<Joined> joinOrLead(Fingerprint key, Flight own, Runnable wake) {
        while (true) {
            Flight other = flights.putIfAbsent(key, own);
            if (other == null) {
                own.note("join", "led");
                return Optional.empty();
            }
            if (!own.canShare(other)) {
                if (flights.replace(key, other, own)) {
                    own.note("join", "led");
                    return Optional.empty();
                }
                continue;
            }
            Optional<AnswerLog.Reader> reader = other.log().read(wake);
            if (reader.isPresent()) {
                return Optional.of(new Joined(other, reader.get()));
            }
            // Abandoned, or too long to be kept from its beginning: nobody can join it any more.
            flights.remove(key, other);
        }
    }

    /** Makes a flight the one that others join, whatever was there. */
    void lead(Fingerprint key, Flight own) {
        flights.put(key, own);
    }

    /** Ends it: nobody joins it any more. */
    void landed(Fingerprint key, Flight own) {
        flights.remove(key, own);
    }
}
