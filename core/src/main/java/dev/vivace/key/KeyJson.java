package dev.vivace.key;

import dev.vivace.limit.Rates;
import java.io.ByteArrayOutputStream;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Keys as JSON: in the file, at {@code /admin/keys}, between replicas. What is read is taken whole
 * or not at all; a member of an unknown name is an error, because it may be a limit. Messages never
 * hold a hash. Thread-safe.
 */
public final class KeyJson {
    private static final int VERSION = 1;
    private static final Pattern ID = Pattern.compile("vk-[0-9a-f]{12}");
    private static final Pattern HASH = Pattern.compile("[0-9a-f]{64}");
    private static final Set<String> TERMS =
            Set.of(
                    "tenant",
                    "name",
                    "models",
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

    private KeyJson() {}

    /** Whether a text could be a key's id. */
    public static boolean isId(String text) {
        return ID.matcher(text).matches();
    }

    /**
     * Reads what a new key is to be worth: an object with {@code tenant} and any of {@code name,
     * models, requests_per_minute, tokens_per_minute, budget_day, budget_month, priority, scope}.
     *
     * @throws IllegalArgumentException naming what is wrong
     */
    public static KeyTerms terms(byte[] json) {
        JsonNode object = parse(json);
        known(object, Set.of());
        return terms(object);
    }

    /** Writes the members of a key, without its hash, into the object that was begun. */
    public static void write(VirtualKey key, JsonGenerator to) {
        to.writeStringProperty("id", key.id());
        to.writeStringProperty("tenant", key.tenant());
        to.writeStringProperty("name", key.name());
        to.writeArrayPropertyStart("models");
        key.models().stream().sorted().forEach(to::writeString);
        to.writeEndArray();
        number("requests_per_minute", key.rates().requests(), to);
        number("tokens_per_minute", key.rates().tokens(), to);
        number("budget_day", key.budget().day(), to);
        number("budget_month", key.budget().month(), to);
        to.writeStringProperty("priority", word(key.priority()));
        to.writeStringProperty("scope", word(key.scope()));
        to.writeStringProperty("created_at", Instant.ofEpochMilli(key.createdAt()).toString());
        if (key.revoked()) {
            to.writeStringProperty("revoked_at", Instant.ofEpochMilli(key.revokedAt()).toString());
        } else {
            to.writeNullProperty("revoked_at");
        }
    }

    /** What a value is called outside. */
    public static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    /**
     * The value that is called so.
     *
     * @throws IllegalArgumentException naming the field and what it may be
     */
    public static <E extends Enum<E>> E named(Class<E> kind, String field, String word) {
        var words = new StringBuilder();
        for (E each : kind.getEnumConstants()) {
            if (word(each).equals(word)) {
                return each;
            }
            words.append(words.isEmpty() ? "" : ", ").append(word(each));
        }
        throw new IllegalArgumentException(
                field + " must be one of " + words + "; not '" + KeyTerms.shown(word) + "'");
    }

    /** One key with its hash, as replicas give it to each other. */
    static byte[] record(VirtualKey key) {
        var bytes = new ByteArrayOutputStream(512);
        try (JsonGenerator to = JSON.createGenerator(bytes)) {
            whole(key, to);
        }
        return bytes.toByteArray();
    }

    /**
     * Reads what {@link #record} made.
     *
     * @throws IllegalArgumentException saying what is wrong
     */
    static VirtualKey key(byte[] record) {
        return key(parse(record));
    }

    static byte[] file(Collection<VirtualKey> keys) {
        var bytes = new ByteArrayOutputStream(512 * (1 + keys.size()));
        try (JsonGenerator to = JSON.writerWithDefaultPrettyPrinter().createGenerator(bytes)) {
            to.writeStartObject();
            to.writeNumberProperty("version", VERSION);
            to.writeArrayPropertyStart("keys");
            keys.forEach(key -> whole(key, to));
            to.writeEndArray();
            to.writeEndObject();
        }
        return bytes.toByteArray();
    }

    /**
     * Reads what {@link #file} made.
     *
     * @throws IllegalArgumentException saying what is wrong, and where
     */
    static Map<String, VirtualKey> keys(byte[] file) {
        JsonNode root = parse(file);
        if (root.path("version").asInt(0) != VERSION || !root.path("keys").isArray()) {
            throw new IllegalArgumentException(
                    "it is not a list of client keys of version " + VERSION);
        }
        var keys = new LinkedHashMap<String, VirtualKey>();
        for (JsonNode each : root.path("keys")) {
            String where = "key " + (keys.size() + 1) + ": ";
            VirtualKey key;
            try {
                key = key(each);
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(where + e.getMessage(), e);
            }
            if (keys.put(key.id(), key) != null) {
                throw new IllegalArgumentException(where + key.id() + " is there twice");
            }
        }
        if (keys.size() > Merge.MOST) {
            throw new IllegalArgumentException("it holds more than " + Merge.MOST + " keys");
        }
        return keys;
    }

    private static void whole(VirtualKey key, JsonGenerator to) {
        to.writeStartObject();
        write(key, to);
        to.writeStringProperty("hash", key.hash());
        to.writeEndObject();
    }

    private static JsonNode parse(byte[] json) {
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

    private static VirtualKey key(JsonNode object) {
        known(object(object), RECORD);
        String id = text(object, "id").orElse("");
        if (!isId(id)) {
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
                models(object),
                new Rates(rate(object, "requests_per_minute"), rate(object, "tokens_per_minute")),
                new Budget(money(object, "budget_day"), money(object, "budget_month")),
                text(object, "priority")
                        .map(word -> named(Priority.class, "priority", word))
                        .orElse(Priority.NORMAL),
                text(object, "scope")
                        .map(word -> named(VirtualKey.Scope.class, "scope", word))
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

    private static Set<String> models(JsonNode object) {
        var models = new LinkedHashSet<String>();
        Optional<JsonNode> list = find(object, "models");
        if (list.isPresent() && !list.get().isArray()) {
            throw new IllegalArgumentException("models must be an array of strings");
        }
        list.ifPresent(all -> all.forEach(each -> models.add(string(each, "each of models"))));
        return models;
    }

    private static OptionalLong rate(JsonNode object, String field) {
        Optional<JsonNode> node = find(object, field);
        if (node.isEmpty()) {
            return OptionalLong.empty();
        }
        if (!node.get().isIntegralNumber() || !node.get().canConvertToLong()) {
            throw new IllegalArgumentException(field + " must be a whole number from 1 to 2^40");
        }
        return rate(field, node.get().longValue());
    }

    /**
     * A limit a minute.
     *
     * @throws IllegalArgumentException naming the field
     */
    public static OptionalLong rate(String field, long value) {
        if (value < 1 || value > 1L << 40) {
            throw new IllegalArgumentException(
                    field + " must be a whole number from 1 to 2^40, not " + value);
        }
        return OptionalLong.of(value);
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
        return money(field, node.get().doubleValue());
    }

    /**
     * A budget.
     *
     * @throws IllegalArgumentException naming the field
     */
    public static OptionalDouble money(String field, double usd) {
        if (!(usd >= 0 && usd <= 1e9)) {
            throw new IllegalArgumentException(
                    field + " must be a number of US dollars from 0 to 1,000,000,000, not " + usd);
        }
        return OptionalDouble.of(usd);
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

    private static void number(String name, OptionalLong value, JsonGenerator to) {
        if (value.isPresent()) {
            to.writeNumberProperty(name, value.getAsLong());
        } else {
            to.writeNullProperty(name);
        }
    }

    private static void number(String name, OptionalDouble value, JsonGenerator to) {
        if (value.isPresent()) {
            to.writeNumberProperty(name, value.getAsDouble());
        } else {
            to.writeNullProperty(name);
        }
    }
}
