package dev.vivace.embedding;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A defect of ours that came to light while embedding calls were served. */
public final class Unexpected {
    /** The status of what it costs a caller. */
    static final int STATUS = 500;

    /** What that caller is told. */
    public static final String MESSAGE =
            "The gateway failed on this call, which is a defect of the gateway; its log names the place.";

    private static final Logger LOG = LoggerFactory.getLogger(Unexpected.class);

    private Unexpected() {}

    /**
     * Logs one line: what failed, the kind of failure and the place. Its message stays out, because
     * it may quote what a client or an upstream sent.
     */
    public static void log(String what, Throwable failure) {
        StackTraceElement[] trace = failure.getStackTrace();
        LOG.error(
                "{} failed: {} at {}",
                what,
                failure.getClass().getName(),
                trace.length == 0 ? "an unknown place" : trace[0]);
    }
}
