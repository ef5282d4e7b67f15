package dev.vivace.mcp;

import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/**
 * Finds which request a broken answer belongs to, so that only that one fails. The id mostly stands
 * at the beginning.
 */
final class MessageId {
    private static final JsonFactory JSON = new JsonFactory();

    private MessageId() {}

    /** The id, as far as the text can be read. */
    static Optional<Object> of(byte[] text) {
        try (JsonParser parser = JSON.createParser(ObjectReadContext.empty(), text)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return Optional.empty();
            }
            while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                boolean id = parser.currentName().equals("id");
                JsonToken value = parser.nextToken();
                if (id) {
                    return switch (value) {
                        case VALUE_STRING -> Optional.of(parser.getString());
                        case VALUE_NUMBER_INT -> Optional.of(parser.getLongValue());
                        default -> Optional.empty();
                    };
                }
                parser.skipChildren();
            }
            return Optional.empty();
        } catch (JacksonException e) {
            return Optional.empty();
        }
    }
}
