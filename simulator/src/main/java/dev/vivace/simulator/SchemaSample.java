package dev.vivace.simulator;

import java.util.SplittableRandom;
import java.util.UUID;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Makes a value that a JSON schema allows, from types, enumerations, bounds, well-known formats,
 * required and optional properties, {@code anyOf}, {@code oneOf}, {@code allOf} and references
 * within the schema. A {@code pattern}, {@code not} or {@code if} is not looked at.
 */
final class SchemaSample {
    private static final int MAX_DEPTH = 12;
    private static final int MAX_ITEMS = 20;
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private final JsonNode root;
    private final SplittableRandom random;

    private SchemaSample(JsonNode root, SplittableRandom random) {
        this.root = root;
        this.random = random;
    }

    static JsonNode of(JsonNode schema, SplittableRandom random) {
        return new SchemaSample(schema, random).value(schema, 0);
    }

    private JsonNode value(JsonNode schema, int depth) {
        if (depth > MAX_DEPTH) {
            return NODES.nullNode();
        }
        if (schema.has("$ref")) {
            String pointer = schema.path("$ref").stringValue("").replaceFirst("^#", "");
            boolean local = pointer.isEmpty() || pointer.startsWith("/");
            return value(local ? root.at(pointer) : NODES.missingNode(), depth + 1);
        }
        if (schema.has("const")) {
            return schema.path("const");
        }
        if (!schema.path("enum").isEmpty()) {
            return pick(schema.path("enum"));
        }
        for (String either : new String[] {"anyOf", "oneOf"}) {
            if (!schema.path(either).isEmpty()) {
                return value(pick(schema.path(either)), depth + 1);
            }
        }
        if (!schema.path("allOf").isEmpty()) {
            return value(merged(schema.path("allOf")), depth + 1);
        }
        return switch (type(schema)) {
            case "object" -> object(schema, depth);
            case "array" -> array(schema, depth);
            case "integer" -> NODES.numberNode((long) Math.ceil(number(schema, 1, 100)));
            case "number" -> NODES.numberNode(Math.rint(number(schema, 0, 100) * 100) / 100);
            case "boolean" -> NODES.booleanNode(random.nextBoolean());
            case "null" -> NODES.nullNode();
            default -> NODES.stringNode(string(schema));
        };
    }

    private static String type(JsonNode schema) {
        JsonNode type = schema.path("type");
        if (type.isArray()) {
            return type.path(0).stringValue("string");
        }
        String otherwise =
                schema.has("properties") ? "object" : schema.has("items") ? "array" : "string";
        return type.stringValue(otherwise);
    }

    private JsonNode object(JsonNode schema, int depth) {
        ObjectNode object = NODES.objectNode();
        for (var property : schema.path("properties").properties()) {
            boolean required = contains(schema.path("required"), property.getKey());
            if (required || (depth < 3 && random.nextInt(3) == 0)) {
                object.set(property.getKey(), value(property.getValue(), depth + 1));
            }
        }
        return object;
    }

    private JsonNode array(JsonNode schema, int depth) {
        ArrayNode array = NODES.arrayNode();
        int min = Math.min(MAX_ITEMS, schema.path("minItems").asInt(0));
        int max = Math.min(MAX_ITEMS, schema.path("maxItems").asInt(Math.max(min, 2)));
        int size = depth > 6 || max <= min ? min : random.nextInt(min, max + 1);
        for (int i = 0; i < size; i++) {
            array.add(value(schema.path("items"), depth + 1));
        }
        return array;
    }

    private double number(JsonNode schema, double low, double span) {
        double min = schema.path("minimum").asDouble(Double.NaN);
        double max = schema.path("maximum").asDouble(Double.NaN);
        if (Double.isNaN(min)) {
            min = Double.isNaN(max) ? low : Math.min(low, max);
        }
        if (Double.isNaN(max)) {
            max = min + span;
        }
        double exclusiveMin = schema.path("exclusiveMinimum").asDouble(Double.NaN);
        double value = min + random.nextInt(11) / 10.0 * (Math.max(min, max) - min);
        return type(schema).equals("integer")
                ? Math.max(Math.floor(value), Double.isNaN(exclusiveMin) ? min : exclusiveMin + 1)
                : Double.isNaN(exclusiveMin) ? value : Math.max(value, exclusiveMin + 0.01);
    }

    private String string(JsonNode schema) {
        String text =
                switch (schema.path("format").stringValue("")) {
                    case "date" -> date();
                    case "time" -> "%02d:30:00Z".formatted(random.nextInt(24));
                    case "date-time" -> date() + "T%02d:30:00Z".formatted(random.nextInt(24));
                    case "email" -> "person%d@example.com".formatted(random.nextInt(100));
                    case "uri", "url" -> "https://example.com/%d".formatted(random.nextInt(100));
                    case "uuid" -> uuid();
                    default -> Prose.words(random);
                };
        int min = Math.min(10_000, schema.path("minLength").asInt(0));
        int max = Math.max(0, schema.path("maxLength").asInt(Integer.MAX_VALUE));
        text = text + "x".repeat(Math.max(0, min - text.length()));
        return text.length() > max ? text.substring(0, max) : text;
    }

    private String date() {
        return "2025-%02d-%02d".formatted(random.nextInt(1, 13), random.nextInt(1, 29));
    }

    private String uuid() {
        return new UUID(
                        (random.nextLong() & ~0xF000L) | 0x4000L,
                        (random.nextLong() >>> 2) | 0x8000_0000_0000_0000L)
                .toString();
    }

    private JsonNode pick(JsonNode array) {
        return array.path(random.nextInt(array.size()));
    }

    /** The union of objects' keys, properties and required names. */
    private JsonNode merged(JsonNode schemas) {
        ObjectNode all = NODES.objectNode();
        ObjectNode properties = NODES.objectNode();
        ArrayNode required = NODES.arrayNode();
        for (JsonNode part : schemas) {
            JsonNode schema = part.has("$ref") ? resolved(part) : part;
            if (schema instanceof ObjectNode object) {
                all.setAll(object);
            }
            if (schema.path("properties") instanceof ObjectNode object) {
                properties.setAll(object);
            }
            schema.path("required").forEach(required::add);
        }
        all.remove("allOf");
        if (!properties.isEmpty()) {
            all.set("properties", properties);
            all.set("required", required);
        }
        return all;
    }

    private JsonNode resolved(JsonNode schema) {
        String reference = schema.path("$ref").stringValue("");
        return reference.startsWith("#/") ? root.at(reference.substring(1)) : schema;
    }

    private static boolean contains(JsonNode array, String text) {
        for (JsonNode element : array) {
            if (element.stringValue("").equals(text)) {
                return true;
            }
        }
        return false;
    }
}
