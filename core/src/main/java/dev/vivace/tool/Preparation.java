package dev.vivace.tool;

import java.util.List;
import tools.jackson.databind.node.ObjectNode;

/** Makes of the arguments that a model wrote those that a tool can be called with. Thread-safe. */
@FunctionalInterface
interface Preparation {
    /** Takes arguments as they are. */
    Preparation NONE = (definition, arguments) -> new Prepared.Ready(arguments, List.of());

    /** What came of it. */
    sealed interface Prepared {
        /**
         * They fit.
         *
         * @param arguments valid for the schema; the same object if nothing was changed
         * @param changes in words; empty if nothing was changed
         */
        record Ready(ObjectNode arguments, List<String> changes) implements Prepared {}

        /**
         * They do not.
         *
         * @param message what does not fit, where, and what would, for the model
         */
        record Unfit(String message) implements Prepared {}
    }

    /**
     * @param arguments not to be changed
     */
    Prepared prepare(ToolDefinition definition, ObjectNode arguments);
}
