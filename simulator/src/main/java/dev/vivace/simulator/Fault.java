package dev.vivace.simulator;

import java.util.Arrays;
import java.util.stream.Collectors;

/** What can go wrong on request. The order is the order in which one draw is shared out. */
enum Fault {
    RATE_LIMITED("429"),
    ERROR_500("500"),
    ERROR_502("502"),
    ERROR_503("503"),
    /** No answer at all, until the client leaves. */
    HANG("hang"),
    /** The connection is reset before the first byte. */
    RESET("reset"),
    /** The connection is reset in the middle of the answer. */
    CUT("cut"),
    /** The answer becomes malformed in its middle. */
    GARBAGE("garbage"),
    /** The answer drips, whatever the time scale. */
    SLOW("slow");

    private final String label;

    Fault(String label) {
        this.label = label;
    }

    /** Its name on the command line and in the statistics. */
    String label() {
        return label;
    }

    /**
     * @throws IllegalArgumentException if there is none of that name
     */
    static Fault named(String label) {
        for (Fault fault : values()) {
            if (fault.label.equals(label)) {
                return fault;
            }
        }
        throw new IllegalArgumentException(
                "there is no fault '%s'; there are %s"
                        .formatted(
                                label,
                                Arrays.stream(values())
                                        .map(Fault::label)
                                        .collect(Collectors.joining(", "))));
    }
}
