package dev.vivace.simulator;

import java.nio.charset.StandardCharsets;
import tools.jackson.core.JacksonException;
import tools.jackson.core.json.JsonWriteFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Reads and writes JSON. */
final class Json {
    // Escaped, because UTF-8 has no bytes for a lone surrogate, which a recording may hold.
    static final JsonMapper MAPPER =
            JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

    private Json() {}

    static ObjectNode object() {
        return MAPPER.createObjectNode();
    }

    static ArrayNode array() {
        return MAPPER.createArrayNode();
    }

    static byte[] bytes(JsonNode node) {
        return MAPPER.writeValueAsBytes(node);
    }

    /** A server-sent event without a name. */
    static byte[] event(JsonNode data) {
        return ("data: " + MAPPER.writeValueAsString(data) + "\n\n")
                .getBytes(StandardCharsets.UTF_8);
    }

    /** A server-sent event that is named after its data's {@code type}. */
    static byte[] namedEvent(ObjectNode data) {
        return ("event: "
                        + data.path("type").stringValue("")
                        + "\ndata: "
                        + MAPPER.writeValueAsString(data)
                        + "\n\n")
                .getBytes(StandardCharsets.UTF_8);
    }

    /**
     * @throws ApiError if the bytes are not one JSON object
     */
    static ObjectNode readObject(byte[] bytes) {
        try {
            JsonNode node = MAPPER.readTree(bytes);
            if (node instanceof ObjectNode object) {
                return object;
            }
            throw ApiError.invalid(
                    "",
                    "the body must be a JSON object, not "
                            + (bytes.length == 0 ? "empty" : node.getNodeType()));
        } catch (JacksonException e) {
            var where = e.getLocation();
            throw ApiError.invalid(
                    "",
                    "the body is not valid JSON%s: %s"
                            .formatted(
                                    where == null
                                            ? ""
                                            : " at line %d, column %d"
                                                    .formatted(
                                                            where.getLineNr(), where.getColumnNr()),
                                    reason(e)));
        }
    }

    /** What is wrong, in one line, without the parser's remarks about its own source. */
    static String reason(JacksonException e) {
        String message = String.valueOf(e.getOriginalMessage());
        return message.lines().findFirst().orElse("").replaceFirst(" \\(start marker at .*", "");
    }
}
