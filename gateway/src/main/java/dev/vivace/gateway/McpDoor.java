package dev.vivace.gateway;

import dev.vivace.key.Principal;
import dev.vivace.line.Call;
import dev.vivace.line.Decision;
import dev.vivace.mcp.McpHub;
import dev.vivace.mcp.McpRequest;
import io.vertx.core.Context;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/** The door for MCP clients: streamable HTTP. One per event loop. */
final class McpDoor {
    static final String PATH = "/mcp";
    private static final String WITH_SLASH = PATH + "/";
    static final String NONE = "No MCP servers are configured here ('mcp' in the configuration).";

    /** As trees, messages are several times as large. */
    static final long LONGEST_BODY = 8 << 20;

    private final Parts parts;
    private final McpHub hub;
    private final BodyReader.Desk bodies;
    private final Stragglers stragglers;
    private final McpStreams streams;
    private final Context context;

    McpDoor(
            Parts parts,
            McpHub hub,
            BodyReader.Desk bodies,
            Stragglers stragglers,
            Context context) {
        this.parts = parts;
        this.hub = hub;
        this.bodies = bodies;
        this.stragglers = stragglers;
        this.streams = new McpStreams(context);
        this.context = context;
    }

    /** Many servers of the protocol have it with a slash, and so have what clients are told. */
    static boolean isAt(@Nullable String path) {
        return PATH.equals(path) || WITH_SLASH.equals(path);
    }

    void handle(HttpServerRequest request) {
        long at = System.currentTimeMillis();
        HttpMethod method = request.method();
        if (!method.equals(HttpMethod.POST)
                && !method.equals(HttpMethod.GET)
                && !method.equals(HttpMethod.DELETE)) {
            Exchange exchange = exchange(request);
            exchange.headers().set(HttpHeaders.ALLOW, "POST, GET, DELETE");
            exchange.refuse(405, PATH + " takes POST, GET and DELETE, not " + method.name() + ".");
            return;
        }
        switch (parts.access().enter(request.headers(), false)) {
            case Access.Admitted admitted -> admitted(request, admitted.principal(), at);
            case Access.Refused no -> refuse(request, no, at);
        }
    }

    private void admitted(HttpServerRequest request, Principal who, long at) {
        if (request.method().equals(HttpMethod.POST)) {
            read(request, who, at);
            return;
        }
        var reply = new McpExchange(exchange(request), streams, context);
        McpRequest asked = asked(request, call(who, at));
        if (request.method().equals(HttpMethod.GET)) {
            hub.listen(asked, reply);
        } else {
            hub.end(asked, reply);
        }
    }

    private void read(HttpServerRequest request, Principal who, long at) {
        bodies.read(
                request,
                who,
                Math.min(parts.config().limits().bodyBytes(), LONGEST_BODY),
                new BodyReader.Wanting() {
                    @Override
                    public void body(byte[] body, Runnable release) {
                        parts.inFlight().increment();
                        var exchange =
                                new Exchange(
                                        request,
                                        Errors.MCP,
                                        stragglers,
                                        parts.inFlight()::decrement);
                        var reply = new McpExchange(exchange, streams, context);
                        // Not when the client leaves: its call goes on, and holds the body.
                        hub.post(
                                asked(request, call(who, at)), body, reply, () -> release(release));
                    }

                    @Override
                    public void refused(int status, String message) {
                        exchange(request).refuse(status, message);
                    }
                });
    }

    private void release(Runnable release) {
        try {
            context.runOnContext(nothing -> release.run());
        } catch (RejectedExecutionException e) {
            // The loop has ended, and its budget with it.
        }
    }

    private Exchange exchange(HttpServerRequest request) {
        return new Exchange(request, Errors.MCP, stragglers, () -> {});
    }

    private Call call(Principal who, long at) {
        var call = new Call(parts.ids().next(), at, System.nanoTime(), who, "mcp", "", false);
        return parts.quota().map(limits -> limits.open(call)).orElse(call);
    }

    private static McpRequest asked(HttpServerRequest request, Call call) {
        MultiMap headers = request.headers();
        return new McpRequest(
                call,
                Optional.ofNullable(headers.get("mcp-session-id")),
                Optional.ofNullable(headers.get("mcp-protocol-version")));
    }

    /** The ledger is told more than the client. */
    private void refuse(HttpServerRequest request, Access.Refused no, long at) {
        parts.settlement()
                .refused(new Decision.Refused(call(no.who(), at), no.status(), no.reason()));
        exchange(request).refuse(no.status(), no.message());
    }
}
