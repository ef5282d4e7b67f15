package dev.vivace.tool;

import java.util.Map;
import tools.jackson.databind.node.ObjectNode;

/** As the schema says: form is put right where nothing is lost, what does not fit is refused. */
final class SchemaPreparation implements Preparation {
    private final Schemas schemas = new Schemas();

    @Override
    public Arguments prepare(ToolDefinition definition, ObjectNode arguments) {
        var normalized = ArgumentNormalizer.normalize(arguments, definition.schema(), Map.of());
        return schemas.problem(definition, normalized.arguments())
                .<Arguments>map(Arguments.Unfit::new)
                .orElseGet(() -> new Arguments.Fit(normalized.arguments(), normalized.changes()));
    }
}
