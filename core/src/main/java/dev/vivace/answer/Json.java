package dev.vivace.answer;

import java.nio.charset.StandardCharsets;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.exc.StreamReadException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.StringNode;
import tools.jackson.databind.util.RawValue;

/** JSON as trees, in and out, with bounds. */
final class Json {
    private static final JsonMapper WRITER = JsonMapper.builder(JsonStreams.FACTORY).build();
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private Json() {}

    static ObjectNode object() {
        return NODES.objectNode();
    }

    static ArrayNode array() {
        return NODES.arrayNode();
    }

    static JsonNode nil() {
        return NODES.nullNode();
    }

    /** A node for text. */
    static JsonNode text(String text) {
        return NODES.stringNode(text);
    }

    /** The member if it is an object, otherwise an empty object. */
    static ObjectNode object(JsonNode node, String name) {
        return node.get(name) instanceof ObjectNode object ? object : object();
    }

    /** The member if it is an array, otherwise an empty array. */
    static ArrayNode array(JsonNode node, String name) {
        return node.get(name) instanceof ArrayNode array ? array : array();
    }

    /** The member if it is a string, otherwise an empty one. */
    static String string(JsonNode node, String name) {
        return node.get(name) instanceof StringNode string ? string.stringValue() : "";
    }

    /** Whether there is such a member and it is not null. */
    static boolean has(JsonNode node, String name) {
        JsonNode value = node.get(name);
        return value != null && !value.isNull();
    }

    /**
     * The one object that these bytes hold.
     *
     * @throws JacksonException if they do not
     */
    static ObjectNode readObject(byte[] json) {
        try (JsonParser parser = JsonStreams.parser(json, 0, json.length)) {
            return onlyObject(parser);
        }
    }

    /**
     * The one object that this text holds.
     *
     * @throws JacksonException if it does not
     */
    static ObjectNode readObject(CharSequence json) {
        try (JsonParser parser =
                JsonStreams.FACTORY.createParser(ObjectReadContext.empty(), json.toString())) {
            return onlyObject(parser);
        }
    }

    private static ObjectNode onlyObject(JsonParser parser) {
        parser.nextToken();
        if (!(read(parser) instanceof ObjectNode object) || parser.nextToken() != null) {
            throw new StreamReadException(parser, "expected one object");
        }
        return object;
    }

    /** The value that the parser is at. Numbers keep their digits: a double would round them. */
    static JsonNode read(JsonParser parser) {
        JsonToken token = parser.currentToken();
        return switch (token) {
            case START_OBJECT -> {
                ObjectNode object = object();
                for (String name = parser.nextName(); name != null; name = parser.nextName()) {
                    parser.nextToken();
                    object.set(name, read(parser));
                }
                yield object;
            }
            case START_ARRAY -> {
                ArrayNode array = array();
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    array.add(read(parser));
                }
                yield array;
            }
            case VALUE_STRING -> NODES.stringNode(parser.getString());
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> number(parser.getString());
            case VALUE_TRUE -> NODES.booleanNode(true);
            case VALUE_FALSE -> NODES.booleanNode(false);
            case VALUE_NULL -> NODES.nullNode();
            case null, default -> throw new StreamReadException(parser, "expected a value");
        };
    }

    private static JsonNode number(String digits) {
        boolean small = digits.length() <= 18 && digits.chars().allMatch(c -> c >= '0' && c <= '9');
        return small
                ? NODES.numberNode(Long.parseLong(digits))
                : NODES.rawValueNode(new RawValue(digits));
    }

    static String writeText(JsonNode node) {
        return WRITER.writeValueAsString(node);
    }

    /**
     * On one line. Half a surrogate pair, which JSON may hold but UTF-8 may not, is written as an
     * escape.
     */
    static byte[] write(JsonNode node) {
        String json = writeText(node);
        for (int i = 0; i < json.length(); i++) {
            if (Character.isSurrogate(json.charAt(i))) {
                return escapeHalfPairs(json).getBytes(StandardCharsets.UTF_8);
            }
        }
        return json.getBytes(StandardCharsets.UTF_8);
    }

    private static String escapeHalfPairs(String json) {
        StringBuilder out = new StringBuilder(json.length() + 16);
        json.codePoints()
                .forEach(c -> {
                    if (c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE) {
                        out.append(String.format("\\u%04x", c));
                    } else {
                        out.appendCodePoint(c);
                    }
                });
        return out.toString();
    }
}
