package dev.vivace.gateway;

import dev.vivace.answer.Protocol;
import io.netty.channel.EventLoop;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.internal.ContextInternal;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** All doors on one event loop. As many of these listen on the same address as there are loops. */
final class Doors extends VerticleBase {
    private static final int SWEEP_MILLIS = 250;
    private static final String CUT = "The gateway ends, and the answer did not end in time.";
    private static final int MAX_HEADER_BYTES = 64 << 10;
    private static final int MAX_LINE_BYTES = 16 << 10;

    private final Parts parts;
    private final Stragglers stragglers;
    private final Visitors visitors;
    private final int port;
    private @Nullable HttpServer server;
    private @Nullable HttpDelivery delivery;
    private BodyReader.@Nullable Desk bodies;

    /**
     * @param port 0 picks a free one
     */
    Doors(Parts parts, Entrance entrance, int port) {
        this.parts = parts;
        this.stragglers = new Stragglers(parts.config().timeouts().idle(), parts.budget().max());
        this.visitors = new Visitors(entrance);
        this.port = port;
    }

    @Override
    public Future<?> start() {
        EventLoop loop = ((ContextInternal) context).nettyEventLoop();
        var out = new HttpDelivery(vertx, parts.config(), parts.upstreams());
        delivery = out;
        var desk = new BodyReader.Desk(context, parts.budget());
        bodies = desk;
        vertx.setPeriodic(
                SWEEP_MILLIS,
                timer -> {
                    long now = System.nanoTime();
                    out.sweep(now);
                    desk.sweep(now);
                    stragglers.sweep(now);
                    visitors.sweep(now);
                });
        var models = new ModelDoor(parts, desk, stragglers, out, loop);
        var embeddings = new EmbeddingDoor(parts, desk, stragglers, out, context);
        var passing = new PassDoor(parts, stragglers, out, loop);
        var admin = new AdminDoor(parts, desk, stragglers, context);
        var hosts = Hosts.of(parts.config().server());
        HttpServerOptions options = options();
        HttpServer made = vertx.createHttpServer(options);
        server = made;
        made.exceptionHandler(ignored -> {}); // a client that broke off is no news
        made.connectionHandler(connection -> {
            connection.exceptionHandler(ignored -> {}); // as above
            visitors.enter(connection, RequestDecoder.install(connection, options));
        });
        made.requestHandler(request -> {
            visitors.asks(request);
            if (welcome(request, hosts)) {
                route(request, models, embeddings, passing, admin);
            }
        });
        made.invalidRequestHandler(this::invalid);
        return made.listen();
    }

    private HttpServerOptions options() {
        return new HttpServerOptions()
                .setHost(parts.config().server().host())
                .setPort(port)
                .setTcpNoDelay(true)
                .setHttp2ClearTextEnabled(false)
                .setPerFrameWebSocketCompressionSupported(false)
                .setPerMessageWebSocketCompressionSupported(false)
                .setHandle100ContinueAutomatically(true)
                .setMaxHeaderSize(MAX_HEADER_BYTES)
                .setMaxInitialLineLength(MAX_LINE_BYTES)
                .setMaxChunkSize(64 << 10)
                .setAcceptBacklog(4096);
    }

    /** Refuses what a page of somebody else's made a browser send. */
    private boolean welcome(HttpServerRequest request, Hosts hosts) {
        Optional<String> refusal = hosts.refusal(request.headers());
        if (refusal.isEmpty() && sameOrigin(request)) {
            return true;
        }
        new Exchange(request, Errors.at(request.path()), stragglers, () -> {})
                .refuse(403, refusal.orElse("Pages of other origins may not use this gateway."));
        return false;
    }

    private static void route(
            HttpServerRequest request,
            ModelDoor models,
            EmbeddingDoor embeddings,
            PassDoor passing,
            AdminDoor admin) {
        String path = request.path();
        if (path == null || !path.startsWith("/v1/")) {
            admin.handle(request);
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

    /** What the decoder could not read, or would read in two ways. */
    private void invalid(HttpServerRequest request) {
        visitors.asks(request);
        Throwable cause = request.decoderResult().cause();
        String kind = cause == null ? "" : cause.getClass().getSimpleName();
        int status =
                switch (kind) {
                    case "TooLongHttpHeaderException" -> 431;
                    case "TooLongHttpLineException" -> 414;
                    default -> 400;
                };
        new Exchange(request, Errors.at(request.path()), stragglers, () -> {})
                .refuse(
                        status,
                        switch (status) {
                            case 431 ->
                                    "The header fields are more than "
                                            + RequestDecoder.MAX_FIELDS
                                            + ", or longer than "
                                            + MAX_HEADER_BYTES
                                            + " bytes in all.";
                            case 414 ->
                                    "The request line is longer than " + MAX_LINE_BYTES + " bytes.";
                            default -> "The request is not valid HTTP/1.1.";
                        });
    }

    @Override
    public Future<?> stop() {
        HttpDelivery out = delivery;
        if (out != null) {
            out.close();
        }
        HttpServer made = server;
        return made == null ? Future.succeededFuture() : made.close();
    }

    /** How many calls and clients of this loop still wait for something. From any thread. */
    Future<Integer> waiting() {
        return onLoop(() -> {
            HttpDelivery out = delivery;
            return Math.max(visitors.waiting(), out == null ? 0 : out.underWay());
        });
    }

    /** Ends what is under way, as an upstream would that broke off. From any thread. */
    Future<Integer> cut() {
        return onLoop(() -> {
            HttpDelivery out = delivery;
            BodyReader.Desk desk = bodies;
            if (desk != null) {
                desk.cut(CUT);
            }
            if (out != null) {
                out.cut(CUT);
            }
            return 0;
        });
    }

    /** Closes all connections once what was written to them has left. From any thread. */
    Future<Integer> sayGoodbye() {
        return onLoop(() -> {
            visitors.sayGoodbye();
            return 0;
        });
    }

    private Future<Integer> onLoop(Supplier<Integer> action) {
        Promise<Integer> done = Promise.promise();
        context.runOnContext(nothing -> done.tryComplete(action.get()));
        return done.future();
    }

    int port() {
        HttpServer made = server;
        return made == null ? 0 : made.actualPort();
    }
}
