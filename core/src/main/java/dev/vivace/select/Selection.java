package dev.vivace.select;

import dev.vivace.tool.ToolDefinition;
import java.util.List;

/**
 * What a model is to be told of.
 *
 * @param tools in this order
 * @param added the names of those that the session had not been told of; they are the last
 */
public record Selection(List<ToolDefinition> tools, List<String> added) {}
