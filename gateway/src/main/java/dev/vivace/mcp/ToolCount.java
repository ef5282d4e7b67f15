package dev.vivace.mcp;

/**
 * What is counted apart of calls of tools.
 *
 * @param server its configured name
 * @param tool the name under which it is offered
 * @param outcome one of a few words
 */
public record ToolCount(String server, String tool, String outcome) {}
