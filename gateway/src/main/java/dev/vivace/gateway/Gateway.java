package dev.vivace.gateway;

import dev.vivace.admin.AdminPages;
import dev.vivace.admin.Features;
import dev.vivace.admin.Load;
import dev.vivace.admin.Metrics;
import dev.vivace.admin.RedisFigures;
import dev.vivace.admin.SpendingFigures;
import dev.vivace.admin.Timeline;
import dev.vivace.admin.UpstreamFigures;
import dev.vivace.cache.CacheStore;
import dev.vivace.cache.ExactCache;
import dev.vivace.cache.FileCacheStore;
import dev.vivace.config.Config;
import dev.vivace.config.ConfigWatch;
import dev.vivace.config.TenantLimits;
import dev.vivace.config.Warnings;
import dev.vivace.key.Budget;
import dev.vivace.key.ClientKeys;
import dev.vivace.key.KeyFileException;
import dev.vivace.key.Spending;
import dev.vivace.ledger.Ledger;
import dev.vivace.ledger.LedgerListener;
import dev.vivace.ledger.Prices;
import dev.vivace.limit.ByteBudget;
import dev.vivace.limit.LocalBuckets;
import dev.vivace.line.CallIds;
import dev.vivace.line.InFlight;
import dev.vivace.replica.ReplicaId;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A running gateway. Thread-safe. */
public final class Gateway implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Gateway.class);

    /** With what else has to end, less than the ten that an orchestrator may give. */
    private static final int CLOSING_SECONDS = 3;

    /** How long Redis may take to say which client keys there are. */
    private static final Duration KEYS_PATIENCE = Duration.ofSeconds(9);

    /** One for two cores: the kernel's and the collector's share of the work needs the other. */
    private static final int LOOPS = Math.max(1, Runtime.getRuntime().availableProcessors() / 2);

    private final Vertx vertx;
    private final InForce inForce;
    private final Reloading reloading;
    private final List<Doors> doors;
    private final Draining draining;
    private final Ledger ledger;
    private final CacheStore store;
    private final Spending spending;
    private final ClientKeys keys;
    private final Optional<Replication> replication;
    private final Readiness readiness;
    private final URI address;
    private volatile Optional<ConfigWatch> watch = Optional.empty();

    private Gateway(
            Vertx vertx,
            InForce inForce,
            Reloading reloading,
            List<Doors> doors,
            Draining draining,
            Ledger ledger,
            CacheStore store,
            Spending spending,
            ClientKeys keys,
            Optional<Replication> replication,
            Readiness readiness,
            URI address) {
        this.vertx = vertx;
        this.inForce = inForce;
        this.reloading = reloading;
        this.doors = doors;
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
        var metrics = new Metrics(known(config, prices));
        var inForce = new InForce();
        var features = new Features(() -> SwitchedOn.by(inForce.parts().config(), keys));
        var timeline = new Timeline(Clock.systemUTC());
        List<LedgerListener> listeners = List.of(metrics, features, timeline);
        Ledger ledger =
                config.data()
                        .map(directory -> new Ledger(listeners, directory.resolve("ledger")))
                        .orElseGet(() -> new Ledger(listeners));
        Optional<Replication> replication = replication(config, store, ledger);
        Spending spending = spending(config, store, ledger, replication);
        var inFlight = new LongAdder();
        var budget = new ByteBudget(config.limits().inFlightBytes());
        var senders = new Senders();
        var pages =
                new AdminPages(
                        ledger,
                        metrics,
                        features,
                        timeline,
                        new Load(
                                inFlight::sum,
                                budget::held,
                                () -> budget.waiting() + senders.waiting(),
                                () -> inForce.rejected() ? 0 : 1),
                        new UpstreamFigures(() -> inForce.parts().upstreams().snapshots()),
                        new SpendingFigures(
                                keys::list, tenant -> budget(inForce, tenant), spending),
                        replication.map(shared -> new RedisFigures(shared::up, shared::failures)),
                        inForce::write);
        var readiness = new Readiness(store, ledger, () -> checks(inForce, keys, replication));
        Vertx vertx = Vertx.vertx(options());
        try {
            boolean loopback = Hosts.loopback(config.server().host());
            byte[] secret = replication.map(Replication::secret).orElseGet(store::secret);
            var resources =
                    new Resources(
                            vertx,
                            ledger,
                            spending,
                            replication.map(Replication::buckets).orElseGet(LocalBuckets::new),
                            replication.map(Replication::cache),
                            secret,
                            new ExactCache(config.cache().maxBytes(), store, Clock.systemUTC()),
                            new InFlight(),
                            pages,
                            readiness,
                            budget,
                            keys,
                            new Access(
                                    keys,
                                    new Tenants(secret),
                                    loopback,
                                    replication.map(Replication::where).orElse("")),
                            new AdminAccess(adminKey, loopback, keys),
                            new CallIds(),
                            inFlight);
            inForce.begin(resources.parts(config));
            var entrance = new Entrance(config.server().connections());
            var doors = new ArrayList<Doors>();
            // First, so that nobody is let in, or gets an answer, that replicas know better about.
            keys.watch();
            replication.ifPresent(shared -> share(shared, keys, inForce));
            requireKeys(config, keys, replication);
            Advice.of(config, keys, adminKey, replication.map(Replication::where).orElse(""))
                    .forEach(LOG::warn);
            int port = listen(vertx, inForce.parts(), entrance, senders, doors);
            MemoryKeeper.start(vertx, resources.ids()::count, inFlight::sum);
            String host = config.server().host();
            String shown = host.contains(":") ? "[" + host + "]" : host;
            return new Gateway(
                    vertx,
                    inForce,
                    new Reloading(resources, inForce, doors, entrance, Clock.systemUTC()),
                    doors,
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
            keys.close();
            ledger.close();
            spending.close();
            replication.ifPresent(Replication::close);
            store.close();
            throw e;
        }
    }

    /** The models that have a label in the metrics in any case. */
    private static Set<String> known(Config config, Prices prices) {
        var known = new HashSet<>(config.models().keySet());
        known.addAll(prices.models());
        return known;
    }

    private static void share(Replication shared, ClientKeys keys, InForce inForce) {
        var heard = new CompletableFuture<Void>();
        keys.share(shared.records(), () -> heard.complete(null));
        shared.await(heard, KEYS_PATIENCE);
        shared.onInvalidation(which -> {
            Parts parts = inForce.parts();
            parts.embeddings().forget(which);
            parts.line().forget(which);
        });
    }

    /**
     * With Redis, nobody but Redis knows whether there are keys. While it does not say, a gateway
     * beyond loopback is closed like any other.
     *
     * @throws GatewayException if there are none where there must be some
     */
    private static void requireKeys(
            Config config, ClientKeys keys, Optional<Replication> replication) {
        String host = config.server().host();
        if (replication.isPresent() && !Hosts.loopback(host) && keys.known() && !keys.anyValid()) {
            throw new GatewayException(
                    host
                            + " is not loopback, where every client needs a key, and there is none here or in "
                            + replication.get().where()
                            + ": make one with 'vivace keys create --tenant NAME --data DIR' in the data directory of"
                            + " a replica, or listen on 127.0.0.1.");
        }
    }

    private static CacheStore store(Config config) {
        try {
            return config.data().<CacheStore>map(FileCacheStore::new).orElseGet(CacheStore::none);
        } catch (UncheckedIOException e) {
            throw unusable(e);
        }
    }

    /**
     * @throws GatewayException if the name of this replica cannot be kept; then store and ledger
     *     are closed
     */
    private static Optional<Replication> replication(
            Config config, CacheStore store, Ledger ledger) {
        try {
            return config.redis()
                    .map(options ->
                            new Replication(
                                    options,
                                    config.data()
                                            .map(ReplicaId::of)
                                            .orElseGet(ReplicaId::passing)));
        } catch (UncheckedIOException e) {
            ledger.close();
            store.close();
            throw unusable(e);
        }
    }

    private static GatewayException unusable(UncheckedIOException e) {
        return new GatewayException("The data directory is of no use: " + e.getMessage());
    }

    /**
     * @throws GatewayException if its file cannot be opened; then store and ledger are closed
     */
    private static Spending spending(
            Config config, CacheStore store, Ledger ledger, Optional<Replication> replication) {
        var shared = replication.map(Replication::totals);
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
            throw unusable(e);
        }
    }

    private static Budget budget(InForce inForce, String tenant) {
        return inForce.parts().config().tenants().getOrDefault(tenant, TenantLimits.NONE).budget();
    }

    /** What is looked at beyond this process. */
    private static List<Readiness.Check> checks(
            InForce inForce, ClientKeys keys, Optional<Replication> replication) {
        var checks = new ArrayList<Readiness.Check>();
        inForce.parts()
                .upstreams()
                .snapshots()
                .forEach(each ->
                        checks.add(
                                new Readiness.Check(
                                        "upstream " + each.name(),
                                        Readiness.Severity.DEGRADES,
                                        each.problem())));
        replication.ifPresent(shared -> {
            checks.add(new Readiness.Check("redis", Readiness.Severity.DEGRADES, shared.problem()));
            checks.add(
                    new Readiness.Check(
                            "client keys",
                            Readiness.Severity.STOPS,
                            keys.known()
                                    ? Optional.empty()
                                    : Optional.of(
                                            "not known yet: "
                                                    + shared.where()
                                                    + " does not answer, or what it has cannot be read")));
        });
        return checks;
    }

    private static ClientKeys keys(Config config) {
        try {
            return config.data().map(ClientKeys::of).orElseGet(ClientKeys::inMemory);
        } catch (KeyFileException e) {
            throw new GatewayException(String.valueOf(e.getMessage()));
        }
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
    private static int listen(
            Vertx vertx, Parts parts, Entrance entrance, Senders senders, List<Doors> doors) {
        try {
            var first = new Doors(parts, entrance, senders, parts.config().server().port());
            Awaiting.get(vertx.deployVerticle(first));
            doors.add(first);
            // The others share the port of the first, which may have been chosen for it.
            for (int i = 1; i < LOOPS; i++) {
                var next = new Doors(parts, entrance, senders, first.port());
                Awaiting.get(vertx.deployVerticle(next));
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

    /**
     * The address of its root, such as {@code http://127.0.0.1:8080}; the API is under {@code /v1}.
     */
    public URI address() {
        return address;
    }

    /** What is in force for the calls that come now. */
    public Config config() {
        return inForce.parts().config();
    }

    /**
     * Watches the file of its configuration until it is closed: a change applies whole to the calls
     * that come from then on, or is rejected whole. To be called once at most.
     *
     * @param flags puts what the command line says in front of what the file says
     * @param environment for the variables in the file
     */
    public void watch(
            Path file,
            UnaryOperator<Config> flags,
            Function<String, Optional<String>> environment) {
        watch = Optional.of(watching(file, flags, environment).start());
    }

    /** Likewise, but looks only when it is told to. */
    ConfigWatch watching(
            Path file,
            UnaryOperator<Config> flags,
            Function<String, Optional<String>> environment) {
        return new ConfigWatch(file, config(), flags, environment, reloading);
    }

    /** How many deliveries are in use on all event loops. */
    int deliveries() throws Exception {
        int sum = 0;
        for (Doors loop : doors) {
            sum += Awaiting.get(loop.deliveries());
        }
        return sum;
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
        watch.ifPresent(ConfigWatch::close);
        readiness.stop();
        try {
            Awaiting.get(vertx.close(), CLOSING_SECONDS);
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
