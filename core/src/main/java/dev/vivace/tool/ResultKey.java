package dev.vivace.tool;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.cfg.JsonNodeFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * What must be the same for two calls to have the same result, but for the versions of what they
 * read.
 *
 * @param versions by identity: those of what it reads, which mean nothing beside others
 * @param definition digest of the whole definition of the tool
 * @param arguments canonical: JSON text with members in the order of their names. 1 and 1.0 are not
 *     the same, for a tool can tell them apart and one result too many is only a call
 */
record ResultKey(
        ResourceVersions versions,
        String tool,
        String definition,
        String arguments,
        String principal,
        List<Resource> reads) {
    /** What is longer is neither kept nor joined. */
    private static final int LONGEST_ARGUMENTS = 64 << 10;

    private static final JsonMapper SORTED =
            JsonMapper.builder().enable(JsonNodeFeature.WRITE_PROPERTIES_SORTED).build();

    /** By identity: a tool has the same definition for as long as it is. */
    private static final Cache<ToolDefinition, String> DIGESTS =
            Caffeine.newBuilder().weakKeys().maximumSize(10_000).executor(Runnable::run).build();

    /** The key of a call that changes nothing; empty if its arguments are too large for one. */
    static Optional<ResultKey> of(
            ResourceVersions versions,
            ToolDefinition definition,
            ObjectNode arguments,
            String principal,
            List<Resource> reads) {
        if (JsonSize.of(arguments, LONGEST_ARGUMENTS).text() > LONGEST_ARGUMENTS) {
            return Optional.empty();
        }
        try {
            return Optional.of(
                    new ResultKey(
                            versions,
                            definition.name(),
                            DIGESTS.get(definition, ResultKey::digest),
                            canonical(arguments),
                            principal,
                            reads));
        } catch (JacksonException e) {
            return Optional.empty(); // nested more deeply than can be written
        }
    }

    static String canonical(JsonNode value) {
        return SORTED.writeValueAsString(value);
    }

    private static String digest(ToolDefinition definition) {
        ObjectNode whole = JsonNodeFactory.instance.objectNode();
        whole.put("name", definition.name());
        whole.put("description", definition.description());
        whole.set("schema", definition.schema());
        try {
            byte[] sha =
                    MessageDigest.getInstance("SHA-256")
                            .digest(canonical(whole).getBytes(StandardCharsets.UTF_8));
            return Base64.getEncoder().encodeToString(sha);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** Bytes that it takes in memory, roughly; what calls share is not counted. */
    long heap() {
        long bytes = 128 + 2L * arguments.length();
        for (Resource read : reads) {
            bytes += 64;
            for (String part : read.path()) {
                bytes += 48 + part.length();
            }
        }
        return bytes;
    }
}
