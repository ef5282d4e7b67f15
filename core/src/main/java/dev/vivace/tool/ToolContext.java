package dev.vivace.tool;

import java.time.Duration;
import java.util.Objects;

/**
 * For whom a call is made, and for how long.
 *
 * @param principal who calls; what is read for one is never served to another
 * @param timeout after which nobody waits for the result any more
 */
public record ToolContext(String principal, Duration timeout) {
    public ToolContext {
        Objects.requireNonNull(principal, "principal");
        Objects.requireNonNull(timeout, "timeout");
    }
}
