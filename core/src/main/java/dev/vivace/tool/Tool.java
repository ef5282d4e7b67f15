package dev.vivace.tool;

import java.time.Duration;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/** Something that can be called with arguments. Thread-safe: calls may run together. */
public interface Tool {
    /** The same for as long as the tool is. */
    ToolDefinition definition();

    /**
     * What a call with these arguments does. Says more rather than less where it is not certain;
     * what it throws counts as {@link Effects#UNKNOWN}.
     *
     * @param arguments valid for the schema; not to be changed
     */
    default Effects effects(ObjectNode arguments) {
        return Effects.UNKNOWN;
    }

    /**
     * What any call may do, whatever its arguments: it decides what goes on beside a call of a
     * batch whose arguments are results that have not come yet. It must not be less than {@link
     * #effects} may say.
     */
    default Effects atMost() {
        return Effects.UNKNOWN;
    }

    /**
     * Does it, and may block. What ends the call early interrupts the thread.
     *
     * @param arguments valid for the schema; the tool's own
     * @throws ToolUnavailableException if that it failed says nothing about the tool
     * @throws Exception what went wrong, with a message that a model may read
     */
    ToolResult call(ObjectNode arguments, ToolContext context) throws Exception;

    /** Whether a call that may or may not have been done can be made again without harm. */
    default boolean idempotent() {
        return false;
    }

    /** Whether it blocks in native code, where a virtual thread would hold its carrier. */
    default boolean blocksNatively() {
        return false;
    }

    /** How long a result may be served again, if a call changes nothing; empty: not at all. */
    default Optional<Duration> timeToLive() {
        return Optional.empty();
    }
}
