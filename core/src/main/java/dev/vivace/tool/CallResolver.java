package dev.vivace.tool;

import java.util.List;
import java.util.Objects;

/**
 * Looks at calls for which all results that they need have come: what they are made with, or why
 * they cannot be made. Not under the lock of the batch, as it asks the line and the plan.
 */
final class CallResolver {
    private static final int LONGEST_MESSAGE = 1_000;

    private final List<BatchCall> calls;
    private final CallLine line;
    private final String principal;

    /**
     * @param calls by their numbers
     */
    CallResolver(List<BatchCall> calls, CallLine line, String principal) {
        this.calls = calls;
        this.line = line;
        this.principal = principal;
    }

    /** What a call of a tool may do whose arguments are not known. */
    Effects atMost(String tool) {
        try {
            return Objects.requireNonNullElse(line.atMost(tool), Effects.UNKNOWN);
        } catch (RuntimeException | Error e) {
            return Effects.UNKNOWN;
        }
    }

    /**
     * @throws RuntimeException what the plan and the line throw; errors likewise
     */
    Prepared resolve(BatchCall call) {
        for (int need : call.needs) {
            BatchCall needed = calls.get(need);
            if (needed.failed()) {
                call.cause = needed.cause == null ? needed : needed.cause;
                return new Prepared.Refused(
                        failed(ToolOutcome.Reason.DEPENDENCY, because(needed, call.cause)));
            }
        }
        try {
            var arguments = call.planned.arguments(number -> calls.get(number).result().value());
            return line.prepare(new ToolCall(call.planned.id(), call.tool(), arguments), principal);
        } catch (ResultPath.Dangling e) {
            return new Prepared.Refused(
                    failed(ToolOutcome.Reason.BAD_ARGUMENTS, String.valueOf(e.getMessage())));
        }
    }

    /** What becomes of a call that could not be looked at. */
    static ToolOutcome.Failed failed(Throwable why) {
        return failed(
                ToolOutcome.Reason.FAILED,
                "It could not be looked at: "
                        + (why instanceof RuntimeException ? why.getMessage() : why));
    }

    private static ToolOutcome.Failed failed(ToolOutcome.Reason why, String message) {
        String cut =
                message.length() > LONGEST_MESSAGE
                        ? message.substring(0, LONGEST_MESSAGE) + "..."
                        : message;
        return new ToolOutcome.Failed(why, cut);
    }

    private static String because(BatchCall needed, BatchCall cause) {
        String why =
                cause.outcome instanceof ToolOutcome.Failed failed ? ": " + failed.message() : ".";
        return "It needs the result of "
                + needed.called()
                + (needed == cause
                        ? ", which failed"
                        : ", which was not made because " + cause.called() + " failed")
                + why;
    }
}
