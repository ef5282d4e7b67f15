package dev.vivace.tool;

import java.time.Duration;

/**
 * For whom a call is made, and for how long.
 *
 * @param principal who calls; what is read for one is never served to another
 * @param timeout after which nobody waits for the result any more
 */
public record ToolContext(String principal, Duration timeout) {}
