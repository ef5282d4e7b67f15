package dev.vivace.gateway;

import dev.vivace.line.Models.Target;

/** One whom a flight may ask, and how often it was. Of one flight, on its event loop. */
final class Candidate {
    private final Target target;
    private final Lane lane;
    private int tries;
    private int sent;

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

    /** Notes that it is asked. */
    void tried() {
        tries++;
    }

    /** How often it was asked. */
    int tries() {
        return tries;
    }

    /**
     * Notes that something is sent to it, which it may not be when asked; whether for the first
     * time.
     */
    boolean sent() {
        return ++sent == 1;
    }

    /** Whether it was not asked yet and is not closed. */
    boolean untried() {
        return tries == 0 && lane.closed().isEmpty();
    }
}
