package dev.vivace.config;

import java.util.List;
import java.util.Map;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The JSON schema (draft 2020-12) of the configuration file, for editors. What it refuses, {@code
 * validate} refuses too; relations between keys only the latter knows.
 */
public final class ConfigSchema {
    private static final JsonMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final String VARIABLE = "variable";

    private ConfigSchema() {}

    /** The whole schema, indented, with a line break at its end. */
    public static String text() {
        ObjectNode schema = NODES.objectNode();
        schema.put("$schema", "https://json-schema.org/draft/2020-12/schema");
        schema.put("title", "Configuration of Vivace");
        schema.setAll(section(Keys.FILE));
        schema.putObject("$defs")
                .putObject(VARIABLE)
                .put("description", "Written with variables of the environment.")
                .put("type", "string")
                .put("pattern", "\\$\\{[A-Za-z_][A-Za-z0-9_]{0,255}\\}");
        return JSON.writeValueAsString(schema).replace("\r\n", "\n") + "\n";
    }

    private static ObjectNode section(Keys keys) {
        ObjectNode section = NODES.objectNode();
        List<String> required = keys.keys().stream().filter(Key::required).map(Key::name).toList();
        // Of a file, an empty section is one in which everything has its default.
        types(section, required.isEmpty() && keys != Keys.FILE);
        ObjectNode properties = section.putObject("properties");
        for (Key key : keys.keys()) {
            properties.set(key.name(), property(key));
        }
        section.put("additionalProperties", false);
        if (!required.isEmpty()) {
            ArrayNode names = section.putArray("required");
            required.forEach(names::add);
        }
        return section;
    }

    private static ObjectNode property(Key key) {
        ObjectNode property = NODES.objectNode();
        property.put("description", plain(key.about()));
        key.standard().ifPresent(text -> standard(property, text));
        switch (key.kind()) {
            case VALUE -> property.set("anyOf", alternatives(key));
            case LIST -> {
                property.put("type", "array").put("minItems", key.least());
                property.put("maxItems", key.most());
                property.putObject("items").set("anyOf", alternatives(key));
            }
            case SECTION -> property.setAll(section(key.section().orElseThrow()));
            case TEXTS -> {
                types(property, true);
                property.put("maxProperties", key.most());
                property.set("propertyNames", JSON.valueToTree(type(key).getFirst()));
                property.putObject("additionalProperties")
                        .set("anyOf", alternatives(key.values().orElseThrow().types()));
            }
            case NAMES -> {
                types(property, key.least() == 0);
                property.put("minProperties", key.least());
                property.set("propertyNames", JSON.valueToTree(type(key).getFirst()));
                property.set("additionalProperties", section(key.section().orElseThrow()));
            }
        }
        return property;
    }

    private static void types(ObjectNode of, boolean mayBeNothing) {
        if (mayBeNothing) {
            of.putArray("type").add("object").add("null");
        } else {
            of.put("type", "object");
        }
    }

    private static ArrayNode alternatives(Key key) {
        return alternatives(type(key));
    }

    private static ArrayNode alternatives(List<Map<String, Object>> types) {
        ArrayNode alternatives = NODES.arrayNode();
        types.forEach(type -> alternatives.add(JSON.<ObjectNode>valueToTree(type)));
        alternatives.addObject().put("$ref", "#/$defs/" + VARIABLE);
        return alternatives;
    }

    private static List<Map<String, Object>> type(Key key) {
        return key.rule().orElseThrow().types();
    }

    private static void standard(ObjectNode property, String text) {
        if (text.matches("\\d{1,18}")) {
            property.put("default", Long.parseLong(text));
        } else {
            property.put("default", text);
        }
    }

    /** Without links. */
    private static String plain(String markdown) {
        return markdown.replaceAll("\\[([^]]*)]\\([^)]*\\)", "$1 in the documentation");
    }
}
