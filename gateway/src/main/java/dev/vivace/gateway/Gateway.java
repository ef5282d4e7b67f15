package dev.vivace.gateway;

import dev.vivace.admin.AdminPages;
import dev.vivace.admin.Features;
import dev.vivace.admin.Load;
import dev.vivace.admin.Metrics;
import dev.vivace.admin.Timeline;
import dev.vivace.cache.CacheStore;
import dev.vivace.cache.ExactCache;
import dev.vivace.cache.FileCacheStore;
import dev.vivace.cache.SecondLevel;
import dev.vivace.config.Config;
import dev.vivace.config.ConfigJson;
import dev.vivace.config.TenantLimits;
import dev.vivace.config.Warnings;
import dev.vivace.embedding.EmbeddingLine;
import dev.vivace.embedding.EmbeddingSettlement;
import dev.vivace.key.Allowance;
import dev.vivace.key.ClientKeys;
import dev.vivace.key.KeyFileException;
import dev.vivace.key.Spending;
import dev.vivace.ledger.Ledger;
import dev.vivace.ledger.LedgerListener;
import dev.vivace.ledger.Prices;
import dev.vivace.limit.ByteBudget;
import dev.vivace.limit.LocalBuckets;
import dev.vivace.limit.RateBuckets;
import dev.vivace.line.CallIds;
import dev.vivace.line.InFlight;
import dev.vivace.line.ModelLine;
import dev.vivace.line.Models;
import dev.vivace.line.Quota;
import dev.vivace.line.Settlement;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A running gateway. Thread-safe. */
public final class Gateway implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Gateway.class);
    private static final int PATIENCE_SECONDS = 20;

    /** With what else has to end, less than the ten that an orchestrator may give. */
    private static final int CLOSING_SECONDS = 3;

    /** One for two cores: the kernel's and the collector's share of the work needs the other. */
    private static final int LOOPS = Math.max(1, Runtime.getRuntime().availableProcessors() / 2);

    private final Vertx vertx;
    private final Draining draining;
    private final Ledger ledger;
    private final CacheStore store;
    private final Spending spending;
    private final ClientKeys keys;
    private final Optional<Replication> replication;
    private final Readiness readiness;
    private final URI address;

    private Gateway(
            Vertx vertx,
            Draining draining,
            Ledger ledger,
            CacheStore store,
            Spending spending,
            ClientKeys keys,
            Optional<Replication> replication,
            Readiness readiness,
            URI address) {
        this.vertx = vertx;
        this.draining = draining;
        this.ledger = ledger;
        this.store = store;
        this.spending = spending;
        this.keys = keys;
        this.replication = replication;
        this.readiness = readiness;
        this.address = address;
    }

    /**
     * Starts listening; the address is known when this returns.
     *
     * @throws GatewayException if it cannot, in one line for a person
     */
    public static Gateway start(Config config) {
        return start(config, Optional.empty());
    }

    /**
     * Starts listening; the address is known when this returns.
     *
     * @param adminKey what operators show as soon as there are client keys, or where it listens
     *     beyond loopback; empty: then nobody is one
     * @throws GatewayException if it cannot, in one line for a person
     */
    public static Gateway start(Config config, Optional<String> adminKey) {
        ClientKeys keys = keys(config);
        Warnings.of(config, Runtime.getRuntime().maxMemory()).forEach(LOG::warn);
        CacheStore store = store(config);
        Prices prices = Prices.builtIn().with(config.prices());
        var metrics = new Metrics(prices.models());
        var features =
                new Features(
                        Set.of(
                                Features.EXACT_CACHE,
                                Features.JOIN,
                                Features.EMBEDDING_BATCH,
                                Features.EMBEDDING_CACHE,
                                Features.CONNECTION_REUSE,
                                Features.STALE_RETRY));
        var timeline = new Timeline(Clock.systemUTC());
        List<LedgerListener> listeners = List.of(metrics, features, timeline);
        Ledger ledger =
                config.data()
                        .map(directory -> new Ledger(listeners, directory.resolve("ledger")))
                        .orElseGet(() -> new Ledger(listeners));
        Optional<Replication> replication = config.redis().map(Replication::new);
        Spending spending = spending(config, store, ledger, replication);
        var inFlight = new LongAdder();
        var budget = new ByteBudget(config.limits().inFlightBytes());
        var pages =
                new AdminPages(
                        ledger,
                        metrics,
                        features,
                        timeline,
                        new Load(inFlight::sum, budget::held, budget::waiting),
                        to -> ConfigJson.write(config, prices, to));
        var readiness = new Readiness(store, ledger);
        Vertx vertx = Vertx.vertx(options());
        try {
            Parts parts =
                    parts(
                            config,
                            store,
                            prices,
                            ledger,
                            spending,
                            pages,
                            readiness,
                            budget,
                            inFlight,
                            vertx,
                            keys,
                            replication,
                            new AdminAccess(
                                    adminKey, Hosts.loopback(config.server().host()), keys));
            var entrance = new Entrance(config.server().connections());
            var doors = new ArrayList<Doors>();
            int port = listen(vertx, parts, entrance, doors);
            keys.watch();
            replication.ifPresent(shared -> share(shared, keys, parts));
            MemoryKeeper.start(vertx, parts.ids()::count, inFlight::sum);
            String host = config.server().host();
            String shown = host.contains(":") ? "[" + host + "]" : host;
            return new Gateway(
                    vertx,
                    new Draining(doors, entrance),
                    ledger,
                    store,
                    spending,
                    keys,
                    replication,
                    readiness,
                    URI.create("http://" + shown + ":" + port));
        } catch (RuntimeException e) {
            vertx.close();
            ledger.close();
            spending.close();
            replication.ifPresent(Replication::close);
            store.close();
            throw e;
        }
    }

    private static void share(Replication shared, ClientKeys keys, Parts parts) {
        keys.share(shared.records());
        shared.onInvalidation(which -> {
            parts.embeddings().forget(which);
            parts.line().forget(which);
        });
    }

    private static CacheStore store(Config config) {
        try {
            return config.data().<CacheStore>map(FileCacheStore::new).orElseGet(CacheStore::none);
        } catch (UncheckedIOException e) {
            throw new GatewayException("The data directory is of no use: " + e.getMessage());
        }
    }

    /**
     * @throws GatewayException if its file cannot be opened; then store and ledger are closed
     */
    private static Spending spending(
            Config config, CacheStore store, Ledger ledger, Optional<Replication> replication) {
        var shared = replication.map(Replication::counters);
        try {
            return config.data()
                    .map(directory ->
                            Spending.open(
                                    directory,
                                    directory.resolve("ledger"),
                                    Clock.systemUTC(),
                                    shared))
                    .orElseGet(() -> Spending.inMemory(Clock.systemUTC(), shared));
        } catch (UncheckedIOException e) {
            replication.ifPresent(Replication::close);
            ledger.close();
            store.close();
            throw new GatewayException("The data directory is of no use: " + e.getMessage());
        }
    }

    /** What client keys and their tenants may use. */
    private static Quota quota(
            Config config, Prices prices, Spending spending, RateBuckets buckets) {
        return new Quota(
                tenant -> {
                    TenantLimits limits = config.tenants().getOrDefault(tenant, TenantLimits.NONE);
                    return new Allowance(limits.rates(), limits.budget());
                },
                buckets,
                spending,
                prices::of);
    }

    private static ClientKeys keys(Config config) {
        try {
            return config.data().map(ClientKeys::of).orElseGet(ClientKeys::inMemory);
        } catch (KeyFileException e) {
            throw new GatewayException(String.valueOf(e.getMessage()));
        }
    }

    private static Parts parts(
            Config config,
            CacheStore store,
            Prices prices,
            Ledger ledger,
            Spending spending,
            AdminPages pages,
            Readiness readiness,
            ByteBudget budget,
            LongAdder inFlight,
            Vertx vertx,
            ClientKeys keys,
            Optional<Replication> replication,
            AdminAccess adminAccess) {
        byte[] secret = replication.map(Replication::secret).orElseGet(store::secret);
        RateBuckets buckets = replication.map(Replication::buckets).orElseGet(LocalBuckets::new);
        Optional<SecondLevel> second = replication.map(Replication::cache);
        var quota = Optional.of(quota(config, prices, spending, buckets));
        var models = models(config);
        var cache = new ExactCache(config.cache().maxBytes(), store, Clock.systemUTC());
        var flights = new InFlight();
        var settlement =
                new Settlement(
                        cache,
                        config.cache().ttl(),
                        flights,
                        prices::of,
                        ledger::record,
                        Clock.systemUTC(),
                        second);
        var embeddingSettlement =
                new EmbeddingSettlement(
                        cache, config.cache().ttl(), prices::of, ledger::record, Clock.systemUTC());
        Config.Embeddings gathering = config.embeddings();
        var embeddings =
                new EmbeddingLine(
                        models,
                        cache,
                        config.cache().mode(),
                        new EmbeddingLine.Gathering(
                                gathering.batchItems(),
                                gathering.batchTokens(),
                                gathering.batchWait()),
                        embeddingSettlement,
                        (wait, action) ->
                                vertx.setTimer(Math.max(1, wait.toMillis()), timer -> action.run()),
                        secret,
                        quota);
        return new Parts(
                config,
                models,
                new Upstreams(config, System::nanoTime, buckets),
                new ModelLine(
                        models,
                        cache,
                        config.cache().mode(),
                        flights,
                        settlement,
                        secret,
                        budget,
                        quota,
                        second),
                settlement,
                embeddings,
                embeddingSettlement,
                cache,
                pages,
                readiness,
                budget,
                keys,
                new Access(keys, new Tenants(secret)),
                adminAccess,
                new CallIds(),
                inFlight,
                quota);
    }

    private static Models models(Config config) {
        Set<String> keyed =
                config.upstreams().entrySet().stream()
                        .filter(upstream -> !upstream.getValue().keys().isEmpty())
                        .map(Map.Entry::getKey)
                        .collect(Collectors.toSet());
        var named = new HashMap<String, Models.Named>();
        config.models()
                .forEach((name, route) ->
                        named.put(
                                name,
                                new Models.Named(route.chain(), route.balance(), route.larger())));
        return new Models(List.copyOf(config.upstreams().keySet()), keyed, named);
    }

    private static VertxOptions options() {
        return new VertxOptions()
                .setEventLoopPoolSize(LOOPS)
                .setWorkerPoolSize(2)
                .setInternalBlockingPoolSize(2)
                .setPreferNativeTransport(true)
                .setFileSystemOptions(
                        new FileSystemOptions()
                                .setFileCachingEnabled(false)
                                .setClassPathResolvingEnabled(false));
    }

    /**
     * @param doors gets all that were opened
     */
    private static int listen(Vertx vertx, Parts parts, Entrance entrance, List<Doors> doors) {
        try {
            var first = new Doors(parts, entrance, parts.config().server().port());
            await(vertx.deployVerticle(first));
            doors.add(first);
            // The others share the port of the first, which may have been chosen for it.
            for (int i = 1; i < LOOPS; i++) {
                var next = new Doors(parts, entrance, first.port());
                await(vertx.deployVerticle(next));
                doors.add(next);
            }
            return first.port();
        } catch (Exception e) {
            Config.Server server = parts.config().server();
            throw new GatewayException(
                    "Cannot listen on "
                            + server.host()
                            + ":"
                            + server.port()
                            + ": "
                            + e.getMessage()
                            + ". Another --port may be free; 0 picks one.");
        }
    }

    private static <T> T await(Future<T> future) throws Exception {
        return await(future, PATIENCE_SECONDS);
    }

    private static <T> T await(Future<T> future, int seconds) throws Exception {
        try {
            return future.toCompletionStage().toCompletableFuture().get(seconds, TimeUnit.SECONDS);
        } catch (java.util.concurrent.ExecutionException e) {
            if (e.getCause() instanceof Exception cause) {
                throw cause;
            }
            throw e;
        } catch (TimeoutException e) {
            throw new GatewayException("no answer within " + seconds + " s");
        }
    }

    /**
     * The address of its root, such as {@code http://127.0.0.1:8080}; the API is under {@code /v1}.
     */
    public URI address() {
        return address;
    }

    /** Whether calls can be taken. */
    Readiness readiness() {
        return readiness;
    }

    /**
     * Waits until the calls in flight have ended, while it says that it is not ready and still
     * serves what comes; what has not ended after the grace time is cut off. To be {@linkplain
     * #close closed} next. Takes a few seconds more than the grace time at most.
     *
     * @param say told in a line for a person that it begins, and how it ends
     */
    public void drain(Duration grace, Consumer<String> say) throws InterruptedException {
        readiness.stop();
        draining.run(grace, say);
    }

    /** Stops listening, ends what is in flight, and writes what is to survive. */
    @Override
    public void close() {
        readiness.stop();
        try {
            await(vertx.close(), CLOSING_SECONDS);
        } catch (Exception e) {
            // What follows matters more than why the sockets did not close in time.
            LOG.warn("not all connections closed: {}", e.getMessage());
        }
        ledger.close();
        spending.close();
        replication.ifPresent(Replication::close);
        store.close();
        keys.close();
    }
}
