package dev.vivace.tool;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntFunction;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A call whose arguments may be made of the results of others of the same plan, which are known by
 * their numbers, from 0. Asked by one thread at a time; what it throws beside what is said here
 * fails the call.
 */
public interface PlannedCall {
    /** The caller's. */
    String id();

    String tool();

    /** Those whose results it needs: where one of them fails, it is not made. */
    List<Integer> needs();

    /** Those that must have ended before it begins, well or not, beside what it conflicts with. */
    default Set<Integer> after() {
        return Set.of();
    }

    /**
     * What it is made with.
     *
     * @param results of those that it needs
     * @throws ResultPath.Dangling if one of them has not what is needed of it
     */
    ObjectNode arguments(IntFunction<JsonNode> results) throws ResultPath.Dangling;

    /** What the outcome of an attempt counts as. */
    default ToolOutcome check(ToolOutcome outcome) {
        return outcome;
    }

    /**
     * The wait before the next attempt; empty, as it is by default, if there is none. Only asked
     * where a call can be made again without harm.
     *
     * @param made attempts so far
     */
    default Optional<Duration> beforeRetry(int made, ToolOutcome.Failed last) {
        return Optional.empty();
    }
}
