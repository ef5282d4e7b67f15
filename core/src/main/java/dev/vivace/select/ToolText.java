package dev.vivace.select;

import dev.vivace.tool.ToolDefinition;
import java.util.Arrays;
import tools.jackson.databind.JsonNode;

/** What a definition says, by field. */
final class ToolText {
    /** Of a schema deeper than this nobody finds a tool by. */
    private static final int DEEPEST = 8;

    /** Characters looked at in one field: a definition comes from somebody else's server. */
    static final int LONGEST = 16_384;

    /** Where a word can stand. What comes from the schema counts once however often it stands. */
    enum Field {
        NAME(2, false),
        DESCRIPTION(1, false),
        /** Names of parameters. */
        PARAMETER(0.5, true),
        /** Values that a parameter can have. */
        ENUM(1, true),
        /** Descriptions of parameters. */
        DETAIL(0.5, true);

        private final double weight;
        private final boolean once;

        Field(double weight, boolean once) {
            this.weight = weight;
            this.once = once;
        }

        /** What a word is worth here. */
        double weight() {
            return weight;
        }

        boolean once() {
            return once;
        }
    }

    private final StringBuilder[] texts = new StringBuilder[Field.values().length];

    private ToolText(ToolDefinition tool, boolean withSchema) {
        Arrays.setAll(texts, i -> new StringBuilder());
        add(Field.NAME, tool.name());
        add(Field.DESCRIPTION, tool.description());
        if (withSchema) {
            parameters(tool.schema(), 0);
        }
    }

    static ToolText of(ToolDefinition tool, boolean withSchema) {
        return new ToolText(tool, withSchema);
    }

    String get(Field field) {
        return texts[field.ordinal()].toString();
    }

    private void parameters(JsonNode schema, int depth) {
        if (depth > DEEPEST || !schema.isObject()) {
            return;
        }
        for (var property : schema.path("properties").properties()) {
            add(Field.PARAMETER, property.getKey());
            value(property.getValue(), depth);
        }
        for (String nested : new String[] {"items", "additionalProperties"}) {
            value(schema.path(nested), depth);
        }
        for (String several : new String[] {"anyOf", "oneOf", "allOf"}) {
            schema.path(several).forEach(one -> value(one, depth));
        }
    }

    private void value(JsonNode schema, int depth) {
        if (schema.path("description").isString()) {
            add(Field.DETAIL, schema.path("description").stringValue());
        }
        for (JsonNode value : schema.path("enum")) {
            if (value.isString()) {
                add(Field.ENUM, value.stringValue());
            }
        }
        parameters(schema, depth + 1);
    }

    private void add(Field field, String text) {
        var all = texts[field.ordinal()];
        if (all.length() < LONGEST) {
            all.append(text, 0, Math.min(text.length(), LONGEST - all.length())).append('\n');
        }
    }
}
