package dev.vivace.key;

import java.io.ByteArrayOutputStream;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Pattern;
import tools.jackson.core.JsonGenerator;
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
    private static final JsonMapper JSON = JsonMapper.shared();

    private KeyJson() {}

    /** Whether a text could be a key's id. */
    public static boolean isId(String text) {
        return ID.matcher(text).matches();
    }

    /**
     * Reads what a new key is to be worth: an object with {@code tenant} and any of {@code name,
     * models, tools, requests_per_minute, tokens_per_minute, budget_day, budget_month, priority,
     * scope}.
     *
     * @throws IllegalArgumentException naming what is wrong
     */
    public static KeyTerms terms(byte[] json) {
        return KeyReader.newTerms(KeyReader.parse(json));
    }

    /** Writes the members of a key, without its hash, into the object that was begun. */
    public static void write(VirtualKey key, JsonGenerator to) {
        members(key, true, to);
    }

    /**
     * @param all whether to write tools also where there are none. What is kept does without: a
     *     release that does not know the member can read no record that has it, and so it refuses
     *     those keys, and only those, that it could not keep to their tools.
     */
    private static void members(VirtualKey key, boolean all, JsonGenerator to) {
        to.writeStringProperty("id", key.id());
        to.writeStringProperty("tenant", key.tenant());
        to.writeStringProperty("name", key.name());
        strings("models", key.models(), to);
        if (all || !key.tools().isEmpty()) {
            strings("tools", key.tools(), to);
        }
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
        return KeyReader.key(KeyReader.parse(record));
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
        JsonNode root = KeyReader.parse(file);
        if (root.path("version").asInt(0) != VERSION || !root.path("keys").isArray()) {
            throw new IllegalArgumentException(
                    "it is not a list of client keys of version " + VERSION);
        }
        var keys = new LinkedHashMap<String, VirtualKey>();
        for (JsonNode each : root.path("keys")) {
            String where = "key " + (keys.size() + 1) + ": ";
            VirtualKey key;
            try {
                key = KeyReader.key(each);
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
        members(key, false, to);
        to.writeStringProperty("hash", key.hash());
        to.writeEndObject();
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

    private static void strings(String name, Set<String> values, JsonGenerator to) {
        to.writeArrayPropertyStart(name);
        values.stream().sorted().forEach(to::writeString);
        to.writeEndArray();
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
