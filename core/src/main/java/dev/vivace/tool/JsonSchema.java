package dev.vivace.tool;

import com.networknt.schema.Error;
import com.networknt.schema.OutputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SchemaRegistryConfig;
import com.networknt.schema.SpecificationVersion;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * What JSON must be like, draft 2020-12. Schemas are not trusted: nothing that they refer to is
 * fetched, and a check takes so many steps at most. Thread-safe.
 */
public final class JsonSchema {
    private static final int SHOWN = 5;
    private static final SchemaRegistry REGISTRY =
            SchemaRegistry.withDefaultDialect(
                    SpecificationVersion.DRAFT_2020_12,
                    builder ->
                            builder.schemaCacheEnabled(false)
                                    .schemaLoader(loader ->
                                            loader.fetchRemoteResources(false)
                                                    .block(iri -> remote(iri.toString())))
                                    .schemaRegistryConfig(
                                            SchemaRegistryConfig.builder()
                                                    .regularExpressionFactory(BoundedRegex::new)
                                                    .build()));

    private final Schema schema;

    private JsonSchema(Schema schema) {
        this.schema = schema;
    }

    private static boolean remote(String iri) {
        return !iri.startsWith("https://json-schema.org/");
    }

    /**
     * @throws IllegalArgumentException if it is none that can be used
     */
    public static JsonSchema of(JsonNode schema) {
        try {
            Schema compiled = REGISTRY.getSchema(schema);
            // What it refers to is looked for only now.
            var unused = errors(compiled, JsonNodeFactory.instance.objectNode());
            return new JsonSchema(compiled);
        } catch (RuntimeException | StackOverflowError e) {
            throw new IllegalArgumentException("it is no schema that can be used", e);
        }
    }

    /** What is wrong with a value, and where, for the model; empty if nothing is. */
    public Optional<String> problem(JsonNode value) {
        List<Error> errors;
        try {
            errors = errors(schema, value);
        } catch (Steps.Used e) {
            return Optional.of("it takes too long to check");
        } catch (RuntimeException | StackOverflowError e) {
            return Optional.of("it cannot be checked");
        }
        if (errors.isEmpty()) {
            return Optional.empty();
        }
        String shown =
                errors.stream()
                        .limit(SHOWN)
                        .map(JsonSchema::shown)
                        .distinct()
                        .collect(Collectors.joining("; "));
        String more = errors.size() > SHOWN ? "; and " + (errors.size() - SHOWN) + " more" : "";
        return Optional.of(shown + more);
    }

    private static List<Error> errors(Schema schema, JsonNode value) {
        var steps = new Steps();
        var config = schema.createExecutionContext().getExecutionConfig();
        return ScopedValue.where(Steps.CURRENT, steps)
                .call(() ->
                        schema.validate(
                                new BoundedEvaluation(config, steps),
                                value,
                                OutputFormat.DEFAULT,
                                (context, more) -> {}));
    }

    private static String shown(Error error) {
        String at = String.valueOf(error.getInstanceLocation());
        return (at.isEmpty() ? "" : at + ": ") + error.getMessage();
    }
}
