package dev.vivace.chain;

import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * A call of a tool.
 *
 * @param declared what it yields; empty, as it is by default, if that is not said: then no other
 *     step can refer to it
 * @param optional default no
 * @param retry default {@link StepRetry#NONE}
 */
public record ToolStep(
        String name,
        String tool,
        ObjectNode arguments,
        Optional<JsonNode> declared,
        boolean optional,
        StepRetry retry)
        implements Step {
    public ToolStep {
        arguments = arguments.deepCopy();
        declared = declared.map(JsonNode::deepCopy);
    }

    /** With the defaults. */
    public static ToolStep of(String name, String tool, ObjectNode arguments) {
        return new ToolStep(name, tool, arguments, Optional.empty(), false, StepRetry.NONE);
    }

    /**
     * What the tool answers, which others can then refer to. An answer that does not fit fails the
     * step.
     *
     * @param schema JSON Schema; {@code {}} is anything, which is then checked when it is used
     */
    public ToolStep yielding(JsonNode schema) {
        return new ToolStep(name, tool, arguments, Optional.of(schema), optional, retry);
    }

    /** The chain goes well without it. */
    public ToolStep optionally() {
        return new ToolStep(name, tool, arguments, declared, true, retry);
    }

    public ToolStep retrying(StepRetry how) {
        return new ToolStep(name, tool, arguments, declared, optional, how);
    }

    @Override
    public JsonNode yields() {
        return declared.orElseGet(JsonNodeFactory.instance::objectNode);
    }
}
