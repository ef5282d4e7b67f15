package dev.vivace.gateway;

import dev.vivace.config.Names;
import dev.vivace.mcp.McpHub;
import io.vertx.core.Context;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The door for operators who look after MCP servers. One per event loop. */
final class ToolDoor {
    private static final Logger LOG = LoggerFactory.getLogger(ToolDoor.class);
    private static final String PATH = "/admin/tools/";
    private static final String SERVER = "server";
    private static final String TOOL = "tool";

    private final Optional<McpHub> hub;
    private final AdminBodies bodies;
    private final Context context;

    ToolDoor(Optional<McpHub> hub, AdminBodies bodies, Context context) {
        this.hub = hub;
        this.bodies = bodies;
        this.context = context;
    }

    static boolean isAt(String path) {
        return path.startsWith(PATH);
    }

    void handle(Exchange exchange, String path) {
        String what = path.substring(PATH.length());
        if (!what.equals("invalidate") && !what.equals("restart")) {
            exchange.refuse(404, "There are " + PATH + "invalidate and " + PATH + "restart.");
        } else if (!exchange.request.method().equals(HttpMethod.POST)) {
            exchange.headers().set(HttpHeaders.ALLOW, "POST");
            exchange.refuse(
                    405,
                    PATH + what + " takes POST, not " + exchange.request.method().name() + ".");
        } else if (hub.isEmpty()) {
            exchange.refuse(404, McpDoor.NONE);
        } else {
            McpHub tools = hub.get();
            bodies.read(
                    exchange,
                    body ->
                            answer(
                                    exchange,
                                    () ->
                                            what.equals("restart")
                                                    ? restart(tools, body)
                                                    : invalidate(tools, body)));
        }
    }

    /** Not on the event loop: to forget looks at all that is kept. */
    private void answer(Exchange exchange, Callable<String> order) {
        context.executeBlocking(order, false)
                .onSuccess(body -> {
                    exchange.headers().set(HttpHeaders.CONTENT_TYPE, "application/json");
                    exchange.end(body.getBytes(StandardCharsets.UTF_8));
                })
                .onFailure(failure -> {
                    if (failure instanceof IllegalArgumentException wrong) {
                        exchange.refuse(400, String.valueOf(wrong.getMessage()));
                    } else {
                        LOG.error("an order at {}", PATH, failure);
                        exchange.refuse(500, "It could not be done.");
                    }
                });
    }

    private static String restart(McpHub tools, byte[] body) {
        AdminMembers members = AdminMembers.read(body, List.of(SERVER));
        if (members.text(SERVER).isEmpty()) {
            throw new IllegalArgumentException(
                    "Say which: {\"server\": \"NAME\"}. Each is restarted by itself.");
        }
        String server = members.text(SERVER).get();
        if (!tools.again(server)) {
            throw unknown("MCP server", server, tools.problems().keySet());
        }
        return "{\"restarting\":true}";
    }

    private static String invalidate(McpHub tools, byte[] body) {
        AdminMembers members = AdminMembers.read(body, List.of(SERVER, TOOL, "all"));
        Optional<String> server = members.text(SERVER);
        Optional<String> tool = members.text(TOOL);
        if ((server.isPresent() ? 1 : 0) + (tool.isPresent() ? 1 : 0) + (members.all() ? 1 : 0)
                != 1) {
            throw new IllegalArgumentException(
                    "Say what to forget, by one of {\"server\": \"NAME\"}, {\"tool\": \"SERVER_TOOL\"} and {\"all\": true}.");
        }
        long removed;
        if (server.isPresent()) {
            removed =
                    tools.forgetServer(server.get())
                            .orElseThrow(() ->
                                    unknown("MCP server", server.get(), tools.problems().keySet()));
        } else if (tool.isPresent()) {
            if (!tools.tools().contains(tool.get())) {
                throw unknown("tool", tool.get(), tools.tools());
            }
            removed = tools.forgetTool(tool.get());
        } else {
            removed = tools.forgetAll();
        }
        return "{\"removed\":" + removed + "}";
    }

    private static IllegalArgumentException unknown(
            String what, String name, Collection<String> known) {
        return new IllegalArgumentException(
                "There is no such "
                        + what
                        + Names.nearest(name, known)
                                .map(near -> "; did you mean '" + near + "'?")
                                .orElse("."));
    }
}
