package dev.vivace.mcp;

import dev.vivace.config.ToolServer;
import dev.vivace.tool.Effects;
import dev.vivace.tool.Resource;
import dev.vivace.tool.Tool;
import dev.vivace.tool.ToolContext;
import dev.vivace.tool.ToolDefinition;
import dev.vivace.tool.ToolResult;
import io.modelcontextprotocol.spec.McpSchema;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A tool of a server behind us. Its result is what the protocol calls one, whole: content,
 * structure, and whether it is an error.
 *
 * <p>What a server says of its tools' effects are hints of somebody unknown. They can make things
 * stricter; only of a server that is trusted they can make anything less strict.
 */
final class McpTool implements Tool {
    private final Backend backend;
    private final ObjectNode said;
    private final ToolDefinition definition;
    private final Effects effects;
    private final boolean idempotent;

    /**
     * @param name under which it is offered
     * @param said what its server says of it
     */
    McpTool(Backend backend, String name, ObjectNode said) {
        this.backend = backend;
        this.said = said;
        this.definition =
                new ToolDefinition(
                        name, said.path("description").asString(""), said.path("inputSchema"));
        JsonNode hints = said.path("annotations");
        boolean trusted = backend.terms().trust();
        this.effects = effects(backend.resource(), hints, trusted);
        this.idempotent =
                trusted && (effects.readOnly() || hints.path("idempotentHint").asBoolean(false));
    }

    private static Effects effects(Resource server, JsonNode hints, boolean trusted) {
        if (trusted) {
            return hints.path("readOnlyHint").asBoolean(false)
                    ? Effects.read(server)
                    : Effects.write(server);
        }
        return hints.path("destructiveHint").asBoolean(false)
                ? Effects.UNKNOWN
                : Effects.write(server).and(Effects.outside());
    }

    /** Whether it is the same tool of the same server still. */
    boolean is(Backend other, ObjectNode saysNow) {
        return backend == other && said.equals(saysNow);
    }

    String server() {
        return backend.name();
    }

    ToolServer.Terms terms() {
        return backend.terms();
    }

    Duration timeout() {
        return backend.terms().timeout();
    }

    /** As clients are told of it. */
    ObjectNode listed() {
        ObjectNode listed = Rpc.copy(said);
        listed.put("name", definition.name());
        return listed;
    }

    @Override
    public ToolDefinition definition() {
        return definition;
    }

    @Override
    public Effects effects(ObjectNode arguments) {
        return effects;
    }

    @Override
    public boolean idempotent() {
        return idempotent;
    }

    @Override
    public Optional<Duration> timeToLive() {
        Duration ttl = backend.terms().ttl();
        return ttl.isPositive() ? Optional.of(ttl) : Optional.empty();
    }

    @Override
    public ToolResult call(ObjectNode arguments, ToolContext context) throws Exception {
        return call(arguments, Rpc.object(), Optional.empty());
    }

    /**
     * Calls it.
     *
     * @param meta what the client says beside the arguments
     */
    ToolResult call(ObjectNode arguments, ObjectNode meta, Optional<Consumer<ObjectNode>> progress)
            throws Exception {
        ObjectNode params = Rpc.object();
        params.put("name", said.path("name").asString());
        params.set("arguments", arguments);
        if (!meta.isEmpty()) {
            params.set("_meta", meta);
        }
        JsonNode result = backend.ask(McpSchema.METHOD_TOOLS_CALL, params, progress);
        if (!result.isObject()) {
            throw new IOException(
                    "The server " + backend.name() + " has answered with what is no result.");
        }
        return new ToolResult(result, result.path("isError").asBoolean(false));
    }
}
