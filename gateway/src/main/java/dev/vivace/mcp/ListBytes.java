package dev.vivace.mcp;

/**
 * How much of their prompts lists of tools take.
 *
 * @param all with all tools, where there was a choice
 * @param chosen with those that were chosen, or in shadow mode would have been
 */
public record ListBytes(long all, long chosen) {}
