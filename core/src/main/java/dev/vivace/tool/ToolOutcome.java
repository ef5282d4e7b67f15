package dev.vivace.tool;

import java.util.List;

/** What became of a call. */
public sealed interface ToolOutcome {
    /** Where a result came from. */
    enum Source {
        /** The tool was called. */
        CALLED,
        /** From the cache. */
        CACHED,
        /** Of the same call by somebody else, which was under way. */
        JOINED,
        /** Of the same call, which was made before it was asked for. */
        SPECULATED
    }

    /** Why there is no result. */
    enum Reason {
        /** There is no such tool. */
        UNKNOWN_TOOL,
        /** Whoever calls may not call it. */
        DENIED,
        /** The arguments do not fit the schema, or refer to nothing. */
        BAD_ARGUMENTS,
        /** It needs the result of a call that failed. */
        DEPENDENCY,
        /** Too many calls in a minute, of this tool or altogether. */
        LIMITED,
        /** Too many calls at a time, of this tool or altogether, and its turn did not come. */
        CROWDED,
        /** The tool failed too often and is left alone for a moment. */
        RESTING,
        /** It took too long. */
        TIMEOUT,
        /** Whoever called does not want it any more. */
        CANCELLED,
        /** The tool threw. */
        FAILED,
        /** The result is larger than may be. */
        TOO_LARGE
    }

    /**
     * The tool has answered, well or with an error of its own.
     *
     * @param changes what was changed of the arguments before the call, in words; empty if nothing
     */
    record Done(ToolResult result, Source source, List<String> changes) implements ToolOutcome {}

    /**
     * There is no answer.
     *
     * @param message what was wrong and what to do, for the model
     */
    record Failed(Reason reason, String message) implements ToolOutcome {}
}
