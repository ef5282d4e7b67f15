package dev.vivace.line;

import dev.vivace.answer.AnswerLog;
import dev.vivace.cache.CachedAnswer;
import dev.vivace.cache.Fingerprint;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

/**
 * Calls on their way, by what they ask: whoever asks the same joins them. Thread-safe; as large as
 * the calls are many.
 */
public final class InFlight {
    /** A place at the first byte of somebody else's answer. */
    record Joined(Flight flight, AnswerLog.Reader reader) {}

    private final ConcurrentHashMap<Fingerprint, Flight> flights = new ConcurrentHashMap<>();

    /** Whether there is a flight that has this key, though perhaps none that can be joined. */
    boolean has(Fingerprint key) {
        return flights.containsKey(key);
    }

    /** Joins the flight that has this key, if there is one that can be joined. */
    Optional<Joined> join(Fingerprint key, Flight own, Runnable wake) {
        Flight other = flights.get(key);
        if (other == null || !own.canShare(other)) {
            return Optional.empty();
        }
        Optional<AnswerLog.Reader> reader = other.log().read(wake);
        if (reader.isEmpty()) {
            // Abandoned, or too long to be kept from its beginning: nobody can join it any more.
            flights.remove(key, other);
        }
        return reader.map(first -> new Joined(other, first));
    }

    /**
     * Makes a flight the one that others join, unless there is another or the answer has come. One
     * whose answer would not say enough is left to those who have joined it.
     *
     * @param answered looked at once more when there is no other: a flight stores its answer before
     *     it lands, so that whoever finds neither is the first
     */
    boolean lead(Fingerprint key, Flight own, BooleanSupplier answered) {
        Flight leader =
                flights.compute(
                        key,
                        (same, other) -> {
                            if (other == null) {
                                return answered.getAsBoolean() ? null : own;
                            }
                            return own.canShare(other) ? other : own;
                        });
        return leader == own;
    }

    /** Makes a flight the one that others join, whatever was there. */
    void supersede(Fingerprint key, Flight own) {
        flights.put(key, own);
    }

    /** Whether others join this flight, and not one that has taken its place since. */
    boolean leads(Fingerprint key, Flight own) {
        return flights.get(key) == own;
    }

    /** Nobody joins those any more whose answers this holds for. */
    void forget(Predicate<CachedAnswer> which) {
        flights.values()
                .removeIf(flight ->
                        flight.storing().filter(as -> which.test(as.blank())).isPresent());
    }

    /** Ends it: nobody joins it any more. */
    void landed(Fingerprint key, Flight own) {
        flights.remove(key, own);
    }
}
