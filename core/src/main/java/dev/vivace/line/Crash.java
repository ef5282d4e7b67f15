package dev.vivace.line;

import java.util.Arrays;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What is said of a fault of our own. */
public final class Crash {
    /** The status of what it costs a caller. */
    public static final int STATUS = 500;

    /** What that caller is told. */
    public static final String MESSAGE =
            "The gateway failed on this call. Its log says where, under the x-vivace-id.";

    private static final Logger LOG = LoggerFactory.getLogger(Crash.class);
    private static final int FRAMES = 8;

    private Crash() {}

    /** Logs one line about a fault that is no single call's. */
    public static void log(String what, Throwable cause) {
        LOG.error("{} failed inside the gateway: {}", what, describe(cause));
    }

    /**
     * Logs one line about a fault on the way of a call.
     *
     * @param call its id, or those of several
     */
    public static void log(String call, String what, Throwable cause) {
        LOG.error("call {}: {} failed inside the gateway: {}", call, what, describe(cause));
    }

    /**
     * In one line: what it was and where. Not its message, in which a header's value or a piece of
     * a body may stand.
     */
    public static String describe(Throwable cause) {
        return cause.getClass().getName()
                + Arrays.stream(cause.getStackTrace())
                        .limit(FRAMES)
                        .map(StackTraceElement::toString)
                        .collect(Collectors.joining(", ", " at ", ""));
    }
}
