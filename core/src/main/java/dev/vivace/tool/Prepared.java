package dev.vivace.tool;

import java.util.List;
import java.util.Objects;
import tools.jackson.databind.node.ObjectNode;

/** What came of looking at a call before anything is done. */
public sealed interface Prepared {
    /**
     * It may be made.
     *
     * @param arguments valid for the schema; not to be changed
     * @param changes what was changed of them, in words
     */
    record Ready(Tool tool, ObjectNode arguments, Effects effects, List<String> changes)
            implements Prepared {
        public Ready {
            Objects.requireNonNull(tool, "tool");
            Objects.requireNonNull(arguments, "arguments");
            Objects.requireNonNull(effects, "effects");
            changes = List.copyOf(changes);
        }
    }

    /** It may not, or cannot. */
    record Refused(ToolOutcome.Failed why) implements Prepared {}
}
