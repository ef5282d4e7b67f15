package dev.vivace.gateway;

import java.util.Arrays;
import java.util.stream.Collectors;

/** What is said of a fault of our own. */
final class Crash {
    static final int STATUS = 500;
    static final String MESSAGE =
            "The gateway failed on this call. Its log says where, under the x-vivace-id.";
    private static final int FRAMES = 8;

    private Crash() {}

    /**
     * In one line: what it was and where. Not its message, in which a header's value or a piece of
     * a body may stand.
     */
    static String describe(Throwable cause) {
        return cause.getClass().getName()
                + Arrays.stream(cause.getStackTrace())
                        .limit(FRAMES)
                        .map(StackTraceElement::toString)
                        .collect(Collectors.joining(", ", " at ", ""));
    }
}
