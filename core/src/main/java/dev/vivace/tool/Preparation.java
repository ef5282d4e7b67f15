package dev.vivace.tool;

import java.util.List;
import tools.jackson.databind.node.ObjectNode;

/** Makes of the arguments that a model wrote those that a tool can be called with. Thread-safe. */
@FunctionalInterface
interface Preparation {
    /** What came of it. */
    sealed interface Arguments {
        /**
         * They fit.
         *
         * @param arguments valid for the schema; the same object if nothing was changed
         * @param changes in words; empty if nothing was changed
         */
        record Fit(ObjectNode arguments, List<String> changes) implements Arguments {}

        /**
         * They do not.
         *
         * @param message what does not fit, where, and what would, for the model
         */
        record Unfit(String message) implements Arguments {}
    }

    /**
     * Looks at what a model wrote.
     *
     * @param arguments not to be changed
     */
    Arguments prepare(ToolDefinition definition, ObjectNode arguments);
}
