package dev.vivace.key;

import dev.vivace.limit.Rates;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Reads keys as {@link KeyJson} has them: whole or not at all, and no member of an unknown name.
 * What it throws names what is wrong, and never quotes a hash.
 */
final class KeyReader {
    private static final Pattern HASH = Pattern.compile("[0-9a-f]{64}");
    private static final Set<String> TERMS =
            Set.of(
                    "tenant",
                    "name",
                    "models",
                    "tools",
                    "requests_per_minute",
                    "tokens_per_minute",
                    "budget_day",
                    "budget_month",
                    "priority",
                    "scope");
    private static final Set<String> RECORD = Set.of("id", "hash", "created_at", "revoked_at");
    private static final JsonMapper JSON =
            JsonMapper.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .build();

    private KeyReader() {}

    /** An object. */
    static JsonNode parse(byte[] json) {
        JsonNode root;
        try {
            root = JSON.readTree(json);
        } catch (JacksonException e) {
            // Its own words quote what it read.
            throw new IllegalArgumentException(
                    e.getLocation() == null
                            ? "not JSON"
                            : "not JSON at line "
                                    + e.getLocation().getLineNr()
                                    + ", column "
                                    + e.getLocation().getColumnNr(),
                    e);
        }
        return object(root);
    }

    private static JsonNode object(JsonNode node) {
        if (!node.isObject()) {
            throw new IllegalArgumentException("not a JSON object");
        }
        return node;
    }

    /** What a new key is to be worth. */
    static KeyTerms newTerms(JsonNode object) {
        known(object, Set.of());
        return terms(object);
    }

    /** A key with its hash. */
    static VirtualKey key(JsonNode object) {
        known(object(object), RECORD);
        String id = text(object, "id").orElse("");
        if (!KeyJson.isId(id)) {
            throw new IllegalArgumentException("id must be vk- and 12 hexadecimal digits");
        }
        String hash = text(object, "hash").orElse("");
        if (!HASH.matcher(hash).matches()) {
            throw new IllegalArgumentException("hash must have 64 hexadecimal digits");
        }
        KeyTerms terms = terms(object);
        long created = time(object, "created_at");
        if (created == 0) {
            throw new IllegalArgumentException("created_at is missing");
        }
        return new VirtualKey(
                id,
                hash,
                terms.tenant(),
                terms.name(),
                terms.models(),
                terms.tools(),
                terms.rates(),
                terms.budget(),
                terms.priority(),
                terms.scope(),
                created,
                time(object, "revoked_at"));
    }

    private static KeyTerms terms(JsonNode object) {
        return new KeyTerms(
                text(object, "tenant")
                        .orElseThrow(() -> new IllegalArgumentException("tenant is missing")),
                text(object, "name").orElse(""),
                strings(object, "models"),
                strings(object, "tools"),
                new Rates(rate(object, "requests_per_minute"), rate(object, "tokens_per_minute")),
                new Budget(money(object, "budget_day"), money(object, "budget_month")),
                text(object, "priority")
                        .map(word -> KeyJson.named(Priority.class, "priority", word))
                        .orElse(Priority.NORMAL),
                text(object, "scope")
                        .map(word -> KeyJson.named(VirtualKey.Scope.class, "scope", word))
                        .orElse(VirtualKey.Scope.TENANT));
    }

    private static void known(JsonNode object, Set<String> more) {
        for (String name : object.propertyNames()) {
            if (!TERMS.contains(name) && !more.contains(name)) {
                throw new IllegalArgumentException(
                        "unknown member '"
                                + KeyTerms.shown(name)
                                + "'; known are "
                                + String.join(", ", TERMS.stream().sorted().toList()));
            }
        }
    }

    private static Optional<JsonNode> find(JsonNode object, String field) {
        return Optional.ofNullable(object.get(field)).filter(node -> !node.isNull());
    }

    private static Optional<String> text(JsonNode object, String field) {
        return find(object, field).map(node -> string(node, field));
    }

    private static String string(JsonNode node, String field) {
        if (!node.isString()) {
            throw new IllegalArgumentException(field + " must be a string");
        }
        return node.stringValue();
    }

    private static Set<String> strings(JsonNode object, String field) {
        var strings = new LinkedHashSet<String>();
        Optional<JsonNode> list = find(object, field);
        if (list.isPresent() && !list.get().isArray()) {
            throw new IllegalArgumentException(field + " must be an array of strings");
        }
        list.ifPresent(all -> all.forEach(each -> strings.add(string(each, "each of " + field))));
        return strings;
    }

    private static OptionalLong rate(JsonNode object, String field) {
        Optional<JsonNode> node = find(object, field);
        if (node.isEmpty()) {
            return OptionalLong.empty();
        }
        if (!node.get().isIntegralNumber() || !node.get().canConvertToLong()) {
            throw new IllegalArgumentException(field + " must be a whole number from 1 to 2^40");
        }
        return KeyJson.rate(field, node.get().longValue());
    }

    private static OptionalDouble money(JsonNode object, String field) {
        Optional<JsonNode> node = find(object, field);
        if (node.isEmpty()) {
            return OptionalDouble.empty();
        }
        if (!node.get().isNumber()) {
            throw new IllegalArgumentException(
                    field + " must be a number of US dollars from 0 to 1,000,000,000");
        }
        return KeyJson.money(field, node.get().doubleValue());
    }

    private static long time(JsonNode object, String field) {
        Optional<String> text = text(object, field);
        try {
            return text.map(Instant::parse).map(Instant::toEpochMilli).orElse(0L);
        } catch (DateTimeException | ArithmeticException e) {
            throw new IllegalArgumentException(
                    field + " must be a time, such as 2026-01-31T12:00:00Z", e);
        }
    }
}
