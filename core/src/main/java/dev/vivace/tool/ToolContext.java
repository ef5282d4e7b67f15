package dev.vivace.tool;

import java.time.Duration;
import java.util.Objects;

/**
 * For whom a call is made, and for how long.
 *
 * @param principal who calls; what is read for one is never served to another
 * @param timeout after which nobody waits for the result any more
 * @param turn how long it may wait until the tool is called, beside the timeout, which then begins
 *     when it is called for the first time; 0, the default: what it waits is part of the timeout
 */
public record ToolContext(String principal, Duration timeout, Duration turn) {
    public ToolContext {
        Objects.requireNonNull(principal, "principal");
        Objects.requireNonNull(timeout, "timeout");
        Objects.requireNonNull(turn, "turn");
    }

    /** What it waits for its turn is part of the timeout. */
    public ToolContext(String principal, Duration timeout) {
        this(principal, timeout, Duration.ZERO);
    }
}
