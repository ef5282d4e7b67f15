package dev.vivace.simulator;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import java.net.URI;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A running simulator: an OpenAI-compatible upstream whose answers follow from the request alone,
 * and whose time and money follow from {@link TimeModel} and a list of prices. It never claims to
 * be a model: it names itself in the {@code server} header and as the owner of its models.
 *
 * <p>Every answer to a model call tells how long it takes by the model of time in {@code
 * x-simulator-ttft-ms} and {@code x-simulator-time-ms}, whether that was waited or not.
 * Thread-safe.
 */
public final class Simulator implements AutoCloseable {
    private static final int WAIT_SECONDS = 10;

    private final Vertx vertx;
    private final Counters counters;
    private final Engine engine;
    private final URI address;

    private Simulator(Vertx vertx, Counters counters, Engine engine, URI address) {
        this.vertx = vertx;
        this.counters = counters;
        this.engine = engine;
        this.address = address;
    }

    /**
     * Starts listening; the address is known when this returns.
     *
     * @throws SimulatorException if it cannot listen there
     * @throws RecordingsException if a script cannot be used
     */
    public static Simulator start(SimulatorOptions options) {
        var counters = new Counters();
        var engine = new Engine(options, counters);
        Vertx vertx =
                Vertx.vertx(
                        new VertxOptions()
                                .setEventLoopPoolSize(1)
                                .setWorkerPoolSize(
                                        Math.max(2, Runtime.getRuntime().availableProcessors()))
                                .setPreferNativeTransport(true)
                                .setFileSystemOptions(
                                        new FileSystemOptions()
                                                .setFileCachingEnabled(false)
                                                .setClassPathResolvingEnabled(false)));
        try {
            var routes = new Routes(vertx, engine, counters, options);
            HttpServer server = listen(vertx, options, routes);
            String host =
                    options.host().contains(":") ? "[" + options.host() + "]" : options.host();
            return new Simulator(
                    vertx,
                    counters,
                    engine,
                    URI.create("http://" + host + ":" + server.actualPort()));
        } catch (SimulatorException e) {
            vertx.close();
            throw e;
        }
    }

    private static HttpServer listen(Vertx vertx, SimulatorOptions options, Routes routes) {
        var http =
                new HttpServerOptions()
                        .setHost(options.host())
                        .setPort(options.port())
                        .setAcceptBacklog(4096)
                        .setMaxHeaderSize(64 << 10)
                        .setHttp2ClearTextEnabled(false)
                        .setHandle100ContinueAutomatically(true);
        String where = options.host() + ":" + options.port();
        try {
            return vertx.createHttpServer(http)
                    .requestHandler(routes)
                    .listen()
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(WAIT_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause();
            throw new SimulatorException(
                    "cannot listen on %s: %s"
                            .formatted(where, cause == null ? e : cause.getMessage()));
        } catch (TimeoutException e) {
            throw new SimulatorException("cannot listen on " + where + ": it takes too long");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SimulatorException("cannot listen on " + where + ": interrupted");
        }
    }

    /**
     * The address of its root, such as {@code http://127.0.0.1:40123}; the API is under {@code
     * /v1}.
     */
    public URI address() {
        return address;
    }

    /** What it has served, as {@code GET /simulator/stats} tells it. */
    public SimulatorStats stats() {
        return counters.snapshot();
    }

    /**
     * Back to the beginning, as {@code POST /simulator/reset} does: counts, the numbers of calls by
     * which faults are decided, the prefix cache and the token limits.
     */
    public void reset() {
        counters.reset();
        engine.reset();
    }

    /** Stops listening and closes every connection. */
    @Override
    public void close() {
        try {
            vertx.close()
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(WAIT_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            throw new SimulatorException("the simulator did not close: " + e.getMessage());
        }
    }
}
