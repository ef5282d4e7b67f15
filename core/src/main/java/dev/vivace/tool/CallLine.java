package dev.vivace.tool;

/** The stages of one call, for those who decide when it is made. Thread-safe. */
public interface CallLine {
    /** Authorises, then normalises; quick. */
    Prepared prepare(ToolCall call, String principal);

    /**
     * What any call of a tool may do, whatever its arguments; of one that is not there, nothing.
     */
    Effects atMost(String tool);

    /**
     * Makes the call, or finds its result, and blocks until there is an outcome. An interrupt ends
     * it early.
     *
     * @param ended to be run when nothing of the call goes on any more, on any thread, once: with
     *     the outcome or, where a tool does not listen, after it
     */
    ToolOutcome run(Prepared.Ready ready, ToolContext context, boolean skipCache, Runnable ended);
}
