package dev.vivace.mcp;

import io.modelcontextprotocol.spec.McpSchema;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCMessage;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCNotification;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCRequest;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCResponse;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCResponse.JSONRPCError;
import io.modelcontextprotocol.spec.ProtocolVersions;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.cfg.JsonNodeFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Messages as they are on the wire. What they hold stays a tree, so that nothing of it is lost. */
final class Rpc {
    /** What is spoken, the newest first. */
    static final List<String> VERSIONS =
            List.of(
                    ProtocolVersions.MCP_2025_11_25,
                    ProtocolVersions.MCP_2025_06_18,
                    ProtocolVersions.MCP_2025_03_26,
                    ProtocolVersions.MCP_2024_11_05);

    static final String CANCELLED = "notifications/cancelled";
    static final String PROGRESS_TOKEN = "progressToken";

    /** In the {@code _meta} of a list of tools: why servers are down, by their names. */
    static final String SERVERS_DOWN = "vivace/servers-down";

    /** In the {@code _meta} of a result: what was changed of the call's arguments. */
    static final String ARGUMENT_CHANGES = "vivace/argument-changes";

    /** In the {@code _meta} of a result that this call did not make: HIT or JOINED. */
    static final String CACHE = "vivace/cache";

    /** No longer message is taken from a server: as trees they are several times as large. */
    static final int LONGEST = 8 << 20;

    /** Names, values and brackets: as trees they take a hundred bytes each. */
    static final int MOST_TOKENS = 500_000;

    private static final int DEEPEST = 200;
    private static final int LONGEST_ERROR = 2_000;
    private static final int LONGEST_SHOWN = 100;

    static final JsonMapper JSON =
            JsonMapper.builder(
                            JsonFactory.builder()
                                    .streamReadConstraints(
                                            StreamReadConstraints.builder()
                                                    .maxNestingDepth(DEEPEST)
                                                    .maxTokenCount(MOST_TOKENS)
                                                    .maxStringLength(64 << 20)
                                                    .build())
                                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                                    .build())
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
                    .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
                    .build();

    private Rpc() {}

    static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    static ArrayNode array() {
        return JsonNodeFactory.instance.arrayNode();
    }

    /** With the same members, to add to; what they hold is shared. */
    static ObjectNode copy(ObjectNode of) {
        ObjectNode copy = object();
        of.properties().forEach(member -> copy.set(member.getKey(), member.getValue()));
        return copy;
    }

    /**
     * Reads one message.
     *
     * @throws RpcException if it is none, with the code of the protocol
     */
    static JSONRPCMessage read(byte[] text) throws RpcException {
        JsonNode tree;
        try {
            tree = JSON.readTree(text);
        } catch (StreamConstraintsException e) {
            throw invalid(
                    "A message has at most "
                            + MOST_TOKENS
                            + " names, values and brackets, of which at most "
                            + DEEPEST
                            + " stand in each other.");
        } catch (JacksonException e) {
            throw new RpcException(
                    McpSchema.ErrorCodes.PARSE_ERROR, "Not valid JSON" + place(e) + ".");
        }
        return read(tree);
    }

    private static String place(JacksonException e) {
        return e.getLocation() == null || e.getLocation().getLineNr() < 1
                ? ""
                : ", in line "
                        + e.getLocation().getLineNr()
                        + ", column "
                        + e.getLocation().getColumnNr();
    }

    private static JSONRPCMessage read(JsonNode tree) throws RpcException {
        if (tree.isArray()) {
            throw invalid(
                    "Batches are not part of the protocol any more: send one message at a time.");
        }
        if (!tree.isObject() || !tree.path("jsonrpc").asString("").equals("2.0")) {
            throw invalid("Not a JSON-RPC message: an object with \"jsonrpc\": \"2.0\" is needed.");
        }
        JsonNode method = tree.path("method");
        JsonNode id = tree.path("id");
        if (method.isString()) {
            ObjectNode params = params(tree.path("params"));
            return id.isMissingNode()
                    ? new JSONRPCNotification(method.asString(), params)
                    : new JSONRPCRequest(method.asString(), id(id), params);
        }
        if (tree.has("result")) {
            return JSONRPCResponse.result(id(id), tree.get("result"));
        }
        if (tree.path("error").isObject()) {
            return JSONRPCResponse.error(id(id), error(tree.get("error")));
        }
        throw invalid("Not a JSON-RPC message: it has neither method nor result nor error.");
    }

    private static JSONRPCError error(JsonNode error) {
        String message = error.path("message").asString("");
        return new JSONRPCError(
                error.path("code").asInt(McpSchema.ErrorCodes.INTERNAL_ERROR),
                message.length() > LONGEST_ERROR ? message.substring(0, LONGEST_ERROR) : message,
                error.get("data"));
    }

    private static ObjectNode params(JsonNode params) throws RpcException {
        return switch (params) {
            case ObjectNode object -> object;
            case JsonNode none when none.isMissingNode() -> object();
            default -> throw invalid("\"params\" must be an object.");
        };
    }

    /** A text or a whole number, as the protocol wants it. */
    private static Object id(JsonNode id) throws RpcException {
        if (id.isString()) {
            return id.asString();
        }
        if (id.isIntegralNumber() && id.canConvertToLong()) {
            return id.asLong();
        }
        throw invalid("\"id\" must be a text or a whole number.");
    }

    private static RpcException invalid(String why) {
        return new RpcException(McpSchema.ErrorCodes.INVALID_REQUEST, why);
    }

    /** What it holds; empty where it holds nothing. */
    static ObjectNode params(JSONRPCRequest request) {
        return (ObjectNode) request.params();
    }

    static ObjectNode params(JSONRPCNotification notification) {
        return (ObjectNode) notification.params();
    }

    /**
     * A member that must be a text.
     *
     * @throws RpcException if it is not there, or something else
     */
    static String text(ObjectNode params, String name) throws RpcException {
        JsonNode value = params.path(name);
        if (!value.isString()) {
            throw RpcException.wrong("params." + name + " must be a text.");
        }
        return value.asString();
    }

    /** A client's words in a message of ours: not all, if they are many. */
    static String shown(String text) {
        return text.length() > LONGEST_SHOWN ? text.substring(0, LONGEST_SHOWN) + "..." : text;
    }

    static byte[] bytes(JSONRPCMessage message) {
        return JSON.writeValueAsBytes(message);
    }
}
