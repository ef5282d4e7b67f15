package dev.vivace.simulator;

import java.util.List;
import java.util.stream.StreamSupport;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Reads a request's fields. A field that is null counts as absent; one of the wrong type or out of
 * its range is an {@link ApiError} that names it.
 */
record Fields(ObjectNode body) {
    String model() {
        JsonNode model = body.path("model");
        if (!model.isString() || model.stringValue().isEmpty()) {
            throw ApiError.invalid("model", "you must provide a model, as a string");
        }
        return model.stringValue();
    }

    boolean flag(String name) {
        JsonNode value = body.path(name);
        if (absent(value)) {
            return false;
        }
        if (!value.isBoolean()) {
            throw ApiError.invalid(name, name + " must be true or false, not " + brief(value));
        }
        return value.booleanValue();
    }

    int integer(String name, int min, int max, int otherwise) {
        JsonNode value = body.path(name);
        if (absent(value)) {
            return otherwise;
        }
        if (!value.isIntegralNumber()
                || !value.canConvertToInt()
                || value.intValue() < min
                || value.intValue() > max) {
            throw ApiError.invalid(
                    name,
                    "%s must be an integer from %d to %d, not %s"
                            .formatted(name, min, max, brief(value)));
        }
        return value.intValue();
    }

    void number(String name, double min, double max) {
        JsonNode value = body.path(name);
        if (!absent(value)
                && !(value.isNumber() && value.asDouble() >= min && value.asDouble() <= max)) {
            throw ApiError.invalid(
                    name,
                    "%s must be a number from %s to %s, not %s"
                            .formatted(name, min, max, brief(value)));
        }
    }

    /** The objects of an array; empty where it is absent. */
    List<JsonNode> objects(String name) {
        JsonNode value = body.path(name);
        if (absent(value)) {
            return List.of();
        }
        if (!value.isArray()) {
            throw ApiError.invalid(name, name + " must be an array, not " + brief(value));
        }
        for (int i = 0; i < value.size(); i++) {
            if (!value.path(i).isObject()) {
                String param = "%s[%d]".formatted(name, i);
                throw ApiError.invalid(
                        param, param + " must be an object, not " + brief(value.path(i)));
            }
        }
        return StreamSupport.stream(value.spliterator(), false).toList();
    }

    /** The messages, at least one, each with a known role. */
    List<JsonNode> messages(List<String> roles) {
        if (absent(body.path("messages"))) {
            throw ApiError.invalid("messages", "you must provide messages, as an array");
        }
        List<JsonNode> messages = objects("messages");
        if (messages.isEmpty()) {
            throw ApiError.invalid("messages", "messages must have at least one message");
        }
        for (int i = 0; i < messages.size(); i++) {
            JsonNode role = messages.get(i).path("role");
            if (!role.isString() || !roles.contains(role.stringValue())) {
                String param = "messages[%d].role".formatted(i);
                throw ApiError.invalid(
                        param,
                        "%s must be one of %s, not %s"
                                .formatted(param, String.join(", ", roles), brief(role)));
            }
        }
        return messages;
    }

    /** A string or an array of them. */
    List<String> strings(String name) {
        JsonNode value = body.path(name);
        if (absent(value)) {
            return List.of();
        }
        if (value.isString()) {
            return List.of(value.stringValue());
        }
        boolean strings = value.isArray();
        for (JsonNode element : value) {
            strings &= element.isString();
        }
        if (!strings) {
            throw ApiError.invalid(
                    name, name + " must be a string or an array of them, not " + brief(value));
        }
        return StreamSupport.stream(value.spliterator(), false).map(JsonNode::stringValue).toList();
    }

    static boolean absent(JsonNode value) {
        return value.isMissingNode() || value.isNull();
    }

    /** A value as it may stand in a message. */
    static String brief(JsonNode value) {
        if (value.isMissingNode()) {
            return "absent";
        }
        if (value.isContainer()) {
            return value.isArray() ? "an array" : "an object";
        }
        String text = value.toString();
        return text.length() <= 40 ? text : text.substring(0, 40) + "...";
    }
}
