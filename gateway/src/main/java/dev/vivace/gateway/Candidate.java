package dev.vivace.gateway;

import dev.vivace.answer.Failure;
import dev.vivace.line.Models.Target;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One whom a flight may ask, and what came of it so far. Of one flight, on its event loop. */
final class Candidate {
    private final Target target;
    private final Lane lane;
    private int sent;
    private int refusals;
    private @Nullable Failure refusal;

    Candidate(Target target, Lane lane) {
        this.target = target;
        this.lane = lane;
    }

    Target target() {
        return target;
    }

    Lane lane() {
        return lane;
    }

    /** Notes that something is sent to it; whether for the first time. */
    boolean sent() {
        refusal = null;
        return ++sent == 1;
    }

    /** Notes that it was asked and let nobody in. */
    void refused(Failure why) {
        refusals++;
        refusal = why;
    }

    /** How often it was asked, and either got something or let nobody in. */
    int tries() {
        return sent + refusals;
    }

    /** Whether it was not asked yet and is not closed. */
    boolean untried() {
        return tries() == 0 && lane.closed().isEmpty();
    }

    /** Why it lets nobody in, if it did not when it was asked last, or would not now. */
    Optional<Failure> refusal() {
        return refusal != null
                ? Optional.of(refusal)
                : sent == 0 ? lane.closed() : Optional.empty();
    }
}
