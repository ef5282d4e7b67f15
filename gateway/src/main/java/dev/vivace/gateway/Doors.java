package dev.vivace.gateway;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import java.util.Objects;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** All doors on one event loop. As many of these listen on the same address as there are loops. */
final class Doors extends VerticleBase {
    private static final int SWEEP_MILLIS = 250;
    private static final String CUT = "The gateway ends, and the answer did not end in time.";
    private static final int MAX_HEADER_BYTES = 64 << 10;
    private static final int MAX_LINE_BYTES = 16 << 10;

    private final Parts first;
    private final Stragglers stragglers;
    private final Senders senders;
    private final Visitors visitors;
    private final int port;
    private final LongSupplier nanoTime;
    private @Nullable HttpServer server;
    private @Nullable Deliveries deliveries;
    private BodyReader.@Nullable Desk bodies;
    private @Nullable DoorSet doors;

    /**
     * @param first what is in force when it starts
     * @param port 0 picks a free one
     * @param nanoTime what measures the times of the deliveries
     */
    Doors(Parts first, Entrance entrance, Senders senders, int port, LongSupplier nanoTime) {
        this.first = first;
        this.stragglers = new Stragglers(first.config().timeouts().idle(), first.budget().max());
        this.senders = senders;
        this.visitors = new Visitors(entrance);
        this.port = port;
        this.nanoTime = nanoTime;
    }

    @Override
    public Future<?> start() {
        var out = new Deliveries(vertx, nanoTime);
        deliveries = out;
        var desk = new BodyReader.Desk(context, first.budget(), senders, System::nanoTime);
        bodies = desk;
        vertx.setPeriodic(
                SWEEP_MILLIS,
                timer -> {
                    out.sweep();
                    long now = System.nanoTime();
                    desk.sweep(now);
                    stragglers.sweep(now);
                    visitors.sweep(now);
                });
        switchTo(made(first));
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
            Objects.requireNonNull(doors).handle(request);
        });
        made.invalidRequestHandler(this::invalid);
        return made.listen();
    }

    /** Makes the doors of another configuration, which are closed yet. From any thread. */
    Future<DoorSet> make(Parts parts) {
        return onLoop(() -> made(parts));
    }

    /** Has what comes from now on go through these. From any thread. */
    Future<Integer> open(DoorSet made) {
        return onLoop(() -> {
            switchTo(made);
            return 0;
        });
    }

    private DoorSet made(Parts parts) {
        HttpDelivery delivery =
                Objects.requireNonNull(deliveries).make(parts.config(), parts.upstreams());
        return new DoorSet(parts, delivery, Objects.requireNonNull(bodies), stragglers, context);
    }

    private void switchTo(DoorSet made) {
        stragglers.patience(made.patience());
        Objects.requireNonNull(deliveries).use(made.delivery());
        doors = made;
    }

    /** How many deliveries are in use: one, and those that earlier calls still need. */
    Future<Integer> deliveries() {
        return onLoop(() -> Objects.requireNonNull(deliveries).count());
    }

    private HttpServerOptions options() {
        return new HttpServerOptions()
                .setHost(first.config().server().host())
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
        Deliveries out = deliveries;
        if (out != null) {
            out.close();
        }
        HttpServer made = server;
        return made == null ? Future.succeededFuture() : made.close();
    }

    /** How many calls and clients of this loop still wait for something. From any thread. */
    Future<Integer> waiting() {
        return onLoop(() -> {
            Deliveries out = deliveries;
            return Math.max(visitors.waiting(), out == null ? 0 : out.underWay());
        });
    }

    /** Ends what is under way, as an upstream would that broke off. From any thread. */
    Future<Integer> cut() {
        return onLoop(() -> {
            Deliveries out = deliveries;
            BodyReader.Desk desk = bodies;
            if (desk != null) {
                desk.cut(CUT);
            }
            if (out != null) {
                out.cut(CUT);
            }
            DoorSet set = doors;
            if (set != null) {
                set.cut();
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

    private <T> Future<T> onLoop(Supplier<T> action) {
        Promise<T> done = Promise.promise();
        context.runOnContext(nothing -> {
            try {
                done.tryComplete(action.get());
            } catch (RuntimeException e) {
                done.tryFail(e);
            }
        });
        return done.future();
    }

    int port() {
        HttpServer made = server;
        return made == null ? 0 : made.actualPort();
    }
}
