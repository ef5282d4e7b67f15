package dev.vivace.chain;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Something that a chain does. */
public sealed interface Step permits ToolStep {
    /** A letter, then letters, digits, {@code _} and {@code -}, 64 at most; unique in the chain. */
    String name();

    /**
     * JSON, in which a text that is {@code $inputs.city} or {@code $find.items[0].id} as a whole
     * stands for an input of the chain, or for the result of the step {@code find} or a part of it.
     * {@code $$} in front stands for one dollar sign where a text would be a reference without it.
     */
    ObjectNode arguments();

    /** JSON Schema of the result; {@code {}} is anything. What refers to it is checked by it. */
    JsonNode yields();

    /** Whether the chain goes well without it. */
    boolean optional();
}
