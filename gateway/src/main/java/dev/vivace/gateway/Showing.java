package dev.vivace.gateway;

import dev.vivace.answer.AnswerLog;
import dev.vivace.answer.Failure;
import dev.vivace.answer.StreamEnd;
import dev.vivace.ledger.StageNote;
import dev.vivace.line.Flight;
import org.jspecify.annotations.Nullable;

/**
 * What the client sees of a flight: the answer of one attempt, and no other's once it has begun.
 */
final class Showing {
    private final Flight flight;
    private final AnswerLog log;
    private @Nullable Attempt shown;

    Showing(Flight flight) {
        this.flight = flight;
        this.log = flight.log();
    }

    boolean begun() {
        return shown != null;
    }

    boolean is(Attempt attempt) {
        return attempt == shown;
    }

    /** This is the answer: from now on the client may see it. */
    void begin(Attempt attempt) {
        shown = attempt;
        flight.answeredBy(attempt.candidate().target());
        if (!attempt.opening().verdict().failsUpstream()) {
            attempt.place().answers();
        }
        log.head(attempt.opening().head());
    }

    /** Shows what came; false, and nothing more is shown, if it is nothing of its protocol. */
    boolean append(Attempt attempt, byte[] showable) {
        if (attempt.opening().broken(showable, false)) {
            return false;
        }
        if (showable.length > 0) {
            log.append(showable);
        }
        if (log.full()) {
            attempt.pause();
        }
        return true;
    }

    /** How the answer ended, of which not all may be shown yet. */
    StreamEnd ending(Attempt attempt) {
        return attempt.opening().broken(attempt.opening().rest(), true)
                ? StreamEnd.CUT
                : attempt.opening().ending(log::tail);
    }

    /** Shows what is left at the end. */
    void rest(Attempt attempt, StreamEnd ending) {
        if (ending == StreamEnd.ERROR) {
            flight.note(StageNote.of("stream", "error")); // the upstream has told the client itself
        }
        byte[] rest = attempt.opening().rest();
        if (rest.length > 0) {
            log.append(rest);
        }
    }

    /** The client has taken what had come. */
    void resume() {
        Attempt from = shown;
        if (from != null) {
            from.resume();
        }
    }

    /**
     * How many tokens an attempt took that was sent and has ended. Whatever became of it, the
     * upstream may have read its prompt.
     */
    long bought(Attempt attempt) {
        long bought = attempt == shown ? flight.bought().bought() : 0;
        return bought > 0 ? bought : flight.promptTokens();
    }

    /** What to say of one that broke its protocol. */
    static Failure broken(Attempt attempt) {
        return new Failure(
                Failure.Kind.BROKEN,
                attempt.place().lane().called() + " " + attempt.opening().fault());
    }
}
