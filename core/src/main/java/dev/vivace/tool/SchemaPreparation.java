package dev.vivace.tool;

import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** As the schema says: form is put right where nothing is lost, what does not fit is refused. */
final class SchemaPreparation implements Preparation {
    private final Schemas schemas = new Schemas();

    @Override
    public Arguments prepare(ToolDefinition definition, ObjectNode arguments) {
        JsonNode schema = definition.schema();
        var normalized = ArgumentNormalizer.normalize(arguments, schema, Map.of());
        if (normalized.read()) {
            // Where the texts are allowed as they are, they stay.
            var named = ArgumentNormalizer.names(arguments, schema, Map.of());
            if (schemas.problem(definition, named.arguments()).isEmpty()) {
                return new Arguments.Fit(named.arguments(), named.changes());
            }
        }
        return schemas.problem(definition, normalized.arguments())
                .<Arguments>map(Arguments.Unfit::new)
                .orElseGet(() -> new Arguments.Fit(normalized.arguments(), normalized.changes()));
    }
}
