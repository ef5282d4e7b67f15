package dev.vivace.tool;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SchemaRegistryConfig;
import com.networknt.schema.SpecificationVersion;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import tools.jackson.databind.node.ObjectNode;

/**
 * Whether arguments fit the schema of their tool. Schemas are not trusted: nothing that they refer
 * to is fetched, and their patterns may only look for so long. Thread-safe.
 */
final class Schemas {
    private static final int SHOWN = 5;
    private static final int KEPT = 10_000;

    private final SchemaRegistry registry =
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

    /** By identity, which looks at no schema again. */
    private final Cache<ToolDefinition, Checked> checks =
            Caffeine.newBuilder().weakKeys().maximumSize(KEPT).build();

    private sealed interface Checked {
        record Sound(Schema schema) implements Checked {}

        record Broken(String why) implements Checked {}
    }

    private static boolean remote(String iri) {
        return !iri.startsWith("classpath:") && !iri.startsWith("https://json-schema.org/");
    }

    /** What is wrong with the arguments, for the model; empty if nothing is. */
    Optional<String> problem(ToolDefinition definition, ObjectNode arguments) {
        return switch (checks.get(definition, this::check)) {
            case Checked.Broken broken -> Optional.of(broken.why());
            case Checked.Sound sound -> problem(definition, sound.schema(), arguments);
        };
    }

    private Checked check(ToolDefinition definition) {
        try {
            Schema schema = registry.getSchema(definition.schema());
            var unused =
                    schema.validate(
                            tools.jackson.databind.node.JsonNodeFactory.instance.objectNode());
            return new Checked.Sound(schema);
        } catch (RuntimeException | StackOverflowError e) {
            return new Checked.Broken(
                    "The tool "
                            + definition.name()
                            + " cannot be called: its schema is none that can be used.");
        }
    }

    private static Optional<String> problem(
            ToolDefinition definition, Schema schema, ObjectNode arguments) {
        List<Error> errors;
        try {
            errors = schema.validate(arguments);
        } catch (RuntimeException | StackOverflowError e) {
            return Optional.of("The arguments of " + definition.name() + " cannot be checked.");
        }
        if (errors.isEmpty()) {
            return Optional.empty();
        }
        String shown =
                errors.stream()
                        .limit(SHOWN)
                        .map(Schemas::shown)
                        .distinct()
                        .collect(Collectors.joining("; "));
        String more = errors.size() > SHOWN ? "; and " + (errors.size() - SHOWN) + " more" : "";
        return Optional.of(
                "The arguments of "
                        + definition.name()
                        + " do not fit its schema: "
                        + shown
                        + more
                        + ".");
    }

    private static String shown(Error error) {
        String at = String.valueOf(error.getInstanceLocation());
        return (at.isEmpty() ? "" : at + ": ") + error.getMessage();
    }
}
