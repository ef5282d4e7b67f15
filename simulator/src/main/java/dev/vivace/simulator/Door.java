package dev.vivace.simulator;

import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** One protocol in which an answer can be asked for. Stateless. */
interface Door {
    /**
     * @throws ApiError if the request cannot be served
     */
    ModelCall read(ObjectNode body);

    /** The answer as one object. */
    JsonNode whole(ModelCall call, Answer answer);

    /** The answer as server-sent events. */
    List<byte[]> events(ModelCall call, Answer answer);

    /** A refusal. */
    default JsonNode error(ApiError error) {
        ObjectNode root = Json.object();
        ObjectNode body = root.putObject("error");
        body.put("message", error.text()).put("type", error.type());
        putOrNull(body, "param", error.param());
        putOrNull(body, "code", error.code());
        return root;
    }

    private static void putOrNull(ObjectNode object, String name, String value) {
        if (value.isEmpty()) {
            object.putNull(name);
        } else {
            object.put(name, value);
        }
    }
}
