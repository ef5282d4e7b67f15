package dev.vivace.tool;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/** Whether arguments fit the schema of their tool. Thread-safe. */
final class Schemas {
    private static final int KEPT = 10_000;

    /** By identity, which looks at no schema again. */
    private final Cache<ToolDefinition, Checked> checks =
            Caffeine.newBuilder().weakKeys().maximumSize(KEPT).executor(Runnable::run).build();

    private sealed interface Checked {
        record Sound(JsonSchema schema) implements Checked {}

        record Broken(String why) implements Checked {}
    }

    /** What is wrong with the arguments, for the model; empty if nothing is. */
    Optional<String> problem(ToolDefinition definition, ObjectNode arguments) {
        return switch (checks.get(definition, Schemas::check)) {
            case Checked.Broken broken -> Optional.of(broken.why());
            case Checked.Sound sound ->
                    sound.schema()
                            .problem(arguments)
                            .map(problem ->
                                    "The arguments of "
                                            + definition.name()
                                            + " do not fit its schema: "
                                            + problem
                                            + ".");
        };
    }

    private static Checked check(ToolDefinition definition) {
        try {
            return new Checked.Sound(JsonSchema.of(definition.schema()));
        } catch (IllegalArgumentException e) {
            return new Checked.Broken(
                    "The tool "
                            + definition.name()
                            + " cannot be called: its schema is none that can be used.");
        }
    }
}
