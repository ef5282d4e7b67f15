package dev.vivace.tool;

import tools.jackson.databind.node.ObjectNode;

/**
 * A call that a model wants made.
 *
 * @param id the caller's, handed back with the outcome
 * @param arguments as the model wrote them
 */
public record ToolCall(String id, String tool, ObjectNode arguments) {}
