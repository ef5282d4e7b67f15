package dev.vivace.tool;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.MissingNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Puts right what models get wrong about the form of arguments, as far as the schema alone says how
 * and nothing is lost: names with spaces around them or written in another way ({@code filePath}
 * for {@code file_path}), JSON as a text where an object or an array is wanted, numbers and
 * booleans as texts where only they are. Where a text is allowed, a text stays as it is, byte by
 * byte. Doing it twice changes nothing more. Thread-safe.
 */
final class ArgumentNormalizer {
    private static final Pattern INTEGER = Pattern.compile("-?(0|[1-9]\\d{0,308})");
    private static final Pattern NUMBER =
            Pattern.compile("-?(0|[1-9]\\d{0,308})(\\.\\d{1,308})?([eE][+-]?\\d{1,3})?");

    /** A zero with a sign, which no number of ours keeps; alone, or perhaps within JSON. */
    private static final Pattern LESS_THAN_NOTHING =
            Pattern.compile("(?<![\\w.+-])-0(\\.0*)?([eE][+-]?\\d{1,9})?\\s*(?=$|[,}\\]])");

    private static final int DEEPEST = 100;
    private static final JsonMapper JSON =
            JsonMapper.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
                    .build();

    /**
     * What came of it.
     *
     * @param changes in words, each with its place; empty if the arguments are as they were
     * @param read whether a text was read as something else
     */
    record Normalized(ObjectNode arguments, List<String> changes, boolean read) {}

    private final JsonNode root;
    private final Map<String, String> aliases;
    private final boolean reading;
    private final List<String> changes = new ArrayList<>();
    private boolean read;

    private ArgumentNormalizer(JsonNode root, Map<String, String> aliases, boolean reading) {
        this.root = root;
        this.aliases = aliases;
        this.reading = reading;
    }

    /**
     * @param aliases other names of arguments, by what they stand for
     */
    static Normalized normalize(
            ObjectNode arguments, JsonNode schema, Map<String, String> aliases) {
        return new ArgumentNormalizer(schema, aliases, true).normalized(arguments);
    }

    /** The names alone; what is a text stays one. */
    static Normalized names(ObjectNode arguments, JsonNode schema, Map<String, String> aliases) {
        return new ArgumentNormalizer(schema, aliases, false).normalized(arguments);
    }

    private Normalized normalized(ObjectNode arguments) {
        var object = (ObjectNode) object(arguments, List.of(root), "", 0);
        return new Normalized(object, List.copyOf(changes), read);
    }

    private JsonNode value(JsonNode value, List<JsonNode> said, String place, int depth) {
        if (depth > DEEPEST) {
            return value;
        }
        List<JsonNode> schemas = alternatives(said);
        JsonNode meant = value.isString() ? meant(value, schemas, place) : value;
        return switch (meant) {
            case ObjectNode object -> object(object, schemas, place, depth + 1);
            case ArrayNode array -> array(array, schemas, place, depth + 1);
            default -> meant;
        };
    }

    // ---- texts

    private JsonNode meant(JsonNode text, List<JsonNode> schemas, String place) {
        Set<String> types = types(schemas);
        if (!reading || types.isEmpty() || types.contains("string") || listed(text, schemas)) {
            return text;
        }
        Optional<JsonNode> found = parsed(text.stringValue().strip(), types);
        found.ifPresent(value -> {
            read = true;
            changes.add(place + ": a text was read as " + kind(value) + ", as the schema says");
        });
        return found.orElse(text);
    }

    private static boolean listed(JsonNode text, List<JsonNode> schemas) {
        for (JsonNode schema : schemas) {
            if (schema.path("const").equals(text)) {
                return true;
            }
            for (JsonNode each : schema.path("enum")) {
                if (each.equals(text)) {
                    return true;
                }
            }
        }
        return false;
    }

    private static Optional<JsonNode> parsed(String text, Set<String> types) {
        JsonNodeFactory make = JsonNodeFactory.instance;
        if (LESS_THAN_NOTHING.matcher(text).find()) {
            return Optional.empty();
        }
        if (types.contains("boolean") && text.matches("(?i)true|false")) {
            return Optional.of(make.booleanNode(text.equalsIgnoreCase("true")));
        }
        if (types.contains("integer") && INTEGER.matcher(text).matches()) {
            return Optional.of(integer(new BigInteger(text)));
        }
        if (types.contains("number") && NUMBER.matcher(text).matches()) {
            return Optional.of(
                    INTEGER.matcher(text).matches()
                            ? integer(new BigInteger(text))
                            : make.numberNode(new BigDecimal(text)));
        }
        boolean object = types.contains("object") && text.startsWith("{");
        boolean array = types.contains("array") && text.startsWith("[");
        if (object || array) {
            try {
                return Optional.of(JSON.readTree(text));
            } catch (JacksonException notJson) {
                return Optional.empty();
            }
        }
        return Optional.empty();
    }

    private static JsonNode integer(BigInteger value) {
        JsonNodeFactory make = JsonNodeFactory.instance;
        if (value.bitLength() < Integer.SIZE) {
            return make.numberNode(value.intValue());
        }
        return value.bitLength() < Long.SIZE
                ? make.numberNode(value.longValue())
                : make.numberNode(value);
    }

    private static String kind(JsonNode value) {
        return value.isObject()
                ? "an object"
                : value.isArray() ? "an array" : value.isBoolean() ? "a boolean" : "a number";
    }

    // ---- objects and arrays

    private JsonNode object(ObjectNode object, List<JsonNode> schemas, String place, int depth) {
        ObjectNode made = JsonNodeFactory.instance.objectNode();
        for (var member : object.properties()) {
            String name = name(member.getKey(), object, made, schemas, place);
            List<JsonNode> said = ofMember(name, schemas);
            String where = place.isEmpty() ? name : place + "." + name;
            made.set(name, value(member.getValue(), said, where, depth));
        }
        return made;
    }

    /** All that is said of it: which alternative is meant is not known. */
    private static List<JsonNode> ofMember(String name, List<JsonNode> schemas) {
        var found = new ArrayList<JsonNode>();
        for (JsonNode schema : schemas) {
            add(schema.path("properties").path(name), found);
        }
        for (JsonNode schema : found.isEmpty() ? schemas : List.<JsonNode>of()) {
            JsonNode others = schema.path("additionalProperties");
            add(others.isObject() ? others : MissingNode.getInstance(), found);
        }
        return found;
    }

    private static void add(JsonNode schema, List<JsonNode> to) {
        if (!schema.isMissingNode()) {
            to.add(schema);
        }
    }

    private JsonNode array(ArrayNode array, List<JsonNode> schemas, String place, int depth) {
        ArrayNode made = JsonNodeFactory.instance.arrayNode();
        int at = 0;
        for (JsonNode element : array) {
            made.add(value(element, ofElement(at, schemas), place + "[" + at + "]", depth));
            at++;
        }
        return made;
    }

    private static List<JsonNode> ofElement(int at, List<JsonNode> schemas) {
        var found = new ArrayList<JsonNode>();
        for (JsonNode schema : schemas) {
            JsonNode own = schema.path("prefixItems").path(at);
            JsonNode items = schema.path("items");
            add(own.isMissingNode() && items.isObject() ? items : own, found);
        }
        return found;
    }

    // ---- names

    private String name(
            String given, ObjectNode all, ObjectNode made, List<JsonNode> schemas, String place) {
        Set<String> known = new HashSet<>();
        boolean open = false;
        for (JsonNode schema : schemas) {
            known.addAll(schema.path("properties").propertyNames());
            JsonNode more = schema.path("additionalProperties");
            open |= more.isObject() || more.asBoolean(false) || schema.has("patternProperties");
        }
        if (known.isEmpty() || known.contains(given) || open) {
            return given;
        }
        String meant = meant(given, known);
        boolean free = !meant.equals(given) && !all.has(meant) && !made.has(meant);
        if (free) {
            changes.add(
                    (place.isEmpty() ? "" : place + ": ")
                            + "the argument '"
                            + given
                            + "' was taken for '"
                            + meant
                            + "'");
        }
        return free ? meant : given;
    }

    private String meant(String given, Set<String> known) {
        String trimmed = given.strip();
        if (known.contains(trimmed)) {
            return trimmed;
        }
        String alias = aliases.get(trimmed);
        if (alias != null && known.contains(alias)) {
            return alias;
        }
        String folded = folded(trimmed);
        List<String> same = known.stream().filter(each -> folded(each).equals(folded)).toList();
        return same.size() == 1 ? same.getFirst() : given;
    }

    private static String folded(String name) {
        return name.replaceAll("[_\\-\\s]", "").toLowerCase(Locale.ROOT);
    }

    // ---- schemas

    /** Schemas and all that they may stand for: references, and members of unions. */
    private List<JsonNode> alternatives(List<JsonNode> said) {
        var all = new ArrayList<JsonNode>();
        said.forEach(schema -> add(schema, all, 0));
        return all;
    }

    private void add(JsonNode schema, List<JsonNode> to, int depth) {
        if (depth > DEEPEST || to.size() > DEEPEST) {
            return;
        }
        to.add(schema);
        String reference = schema.path("$ref").asString("");
        if (reference.startsWith("#/")) {
            JsonNode target = root.at(reference.substring(1));
            if (!target.isMissingNode()) {
                add(target, to, depth + 1);
            }
        }
        for (String union : List.of("anyOf", "oneOf", "allOf")) {
            schema.path(union).forEach(each -> add(each, to, depth + 1));
        }
    }

    private static Set<String> types(List<JsonNode> schemas) {
        var types = new HashSet<String>();
        for (JsonNode schema : schemas) {
            JsonNode type = schema.path("type");
            if (type.isString()) {
                types.add(type.stringValue());
            }
            type.forEach(each -> types.add(each.asString("")));
            if (untyped(schema)) {
                types.add("string"); // anything goes, so a text does
            }
        }
        return types;
    }

    /** A member of a union, or the whole, that says nothing at all. */
    private static boolean untyped(JsonNode schema) {
        return !schema.has("type")
                && !schema.has("$ref")
                && !schema.has("anyOf")
                && !schema.has("oneOf")
                && !schema.has("allOf")
                && !schema.has("enum")
                && !schema.has("const")
                && !schema.has("properties")
                && !schema.has("items");
    }
}
