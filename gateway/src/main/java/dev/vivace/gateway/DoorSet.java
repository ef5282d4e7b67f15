package dev.vivace.gateway;

import dev.vivace.answer.Protocol;
import dev.vivace.mcp.McpHub;
import io.netty.channel.EventLoop;
import io.vertx.core.Context;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.internal.ContextInternal;
import java.time.Duration;
import java.util.Optional;

/** The doors of one event loop as one configuration has them. Used on that loop. */
final class DoorSet {
    private static final Hosts.Refusal OTHER_ORIGIN =
            new Hosts.Refusal(403, "Pages of other origins may not use this gateway.");

    private final HttpDelivery delivery;
    private final Stragglers stragglers;
    private final Duration patience;
    private final Hosts hosts;
    private final ModelDoor models;
    private final EmbeddingDoor embeddings;
    private final PassDoor passing;
    private final AdminDoor admin;
    private final Optional<McpHub> tools;
    private final Optional<McpDoor> mcp;

    DoorSet(
            Parts parts,
            HttpDelivery delivery,
            BodyReader.Desk bodies,
            Stragglers stragglers,
            Context context) {
        EventLoop loop = ((ContextInternal) context).nettyEventLoop();
        this.delivery = delivery;
        this.stragglers = stragglers;
        this.patience = parts.config().timeouts().idle();
        this.hosts = Hosts.of(parts.config().server());
        this.models = new ModelDoor(parts, bodies, stragglers, delivery, loop);
        this.embeddings = new EmbeddingDoor(parts, bodies, stragglers, delivery, context);
        this.passing = new PassDoor(parts, stragglers, delivery, loop);
        this.admin = new AdminDoor(parts, bodies, stragglers, context);
        this.tools = parts.mcp();
        // No lambda: to make one loads what it takes, used or not.
        this.mcp =
                tools.isEmpty()
                        ? Optional.empty()
                        : Optional.of(new McpDoor(parts, tools.get(), bodies, stragglers, context));
    }

    HttpDelivery delivery() {
        return delivery;
    }

    /** How long a client may take nothing of its answer. */
    Duration patience() {
        return patience;
    }

    /** Ends what is under way beside the deliveries. */
    void cut() {
        if (tools.isPresent()) {
            tools.get().cut();
        }
    }

    void handle(HttpServerRequest request) {
        if (welcome(request)) {
            route(request);
        }
    }

    /** Refuses what a page of somebody else's made a browser send. */
    private boolean welcome(HttpServerRequest request) {
        Optional<Hosts.Refusal> refusal = hosts.refusal(request.headers());
        if (refusal.isEmpty() && sameOrigin(request)) {
            return true;
        }
        Hosts.Refusal why = refusal.orElse(OTHER_ORIGIN);
        new Exchange(request, Errors.at(request.path()), stragglers, () -> {})
                .refuse(why.status(), why.message());
        return false;
    }

    private void route(HttpServerRequest request) {
        String path = request.path();
        if (path == null || !path.startsWith("/v1/")) {
            if (McpDoor.isAt(path)) {
                mcp(request);
            } else {
                admin.handle(request);
            }
            return;
        }
        if (request.method().equals(HttpMethod.POST)) {
            switch (path) {
                case "/v1/chat/completions" -> {
                    models.handle(request, Protocol.CHAT);
                    return;
                }
                case "/v1/responses" -> {
                    models.handle(request, Protocol.RESPONSES);
                    return;
                }
                case "/v1/messages" -> {
                    models.handle(request, Protocol.MESSAGES);
                    return;
                }
                case "/v1/embeddings" -> {
                    embeddings.handle(request);
                    return;
                }
                default -> {}
            }
        }
        passing.handle(request);
    }

    private void mcp(HttpServerRequest request) {
        mcp.ifPresentOrElse(
                door -> door.handle(request),
                () ->
                        new Exchange(request, Errors.MCP, stragglers, () -> {})
                                .refuse(404, McpDoor.NONE));
    }

    /**
     * A browser says where a request comes from. Any page that its owner visits could otherwise
     * send calls here and spend the configured key.
     */
    private static boolean sameOrigin(HttpServerRequest request) {
        String origin = request.getHeader(HttpHeaders.ORIGIN);
        if (origin == null) {
            return true;
        }
        String host = request.getHeader(HttpHeaders.HOST);
        int authority = origin.indexOf("://");
        return authority > 0 && origin.substring(authority + 3).equalsIgnoreCase(host);
    }
}
