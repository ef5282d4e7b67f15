package dev.vivace.gateway;

import dev.vivace.admin.AdminPages;
import dev.vivace.admin.Features;
import dev.vivace.admin.Load;
import dev.vivace.admin.Metrics;
import dev.vivace.admin.RedisFigures;
import dev.vivace.admin.SpendingFigures;
import dev.vivace.admin.Timeline;
import dev.vivace.admin.ToolFigures;
import dev.vivace.admin.UpstreamFigures;
import dev.vivace.cache.ExactCache;
import dev.vivace.config.Config;
import dev.vivace.config.TenantLimits;
import dev.vivace.config.Warnings;
import dev.vivace.key.Budget;
import dev.vivace.key.ClientKeys;
import dev.vivace.key.Principal;
import dev.vivace.ledger.Prices;
import dev.vivace.limit.ByteBudget;
import dev.vivace.limit.LocalBuckets;
import dev.vivace.line.CallIds;
import dev.vivace.line.InFlight;
import dev.vivace.mcp.McpHub;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Puts a gateway together, and has it listen. Used once. */
final class Start {
    private static final Logger LOG = LoggerFactory.getLogger(Start.class);

    /** How long Redis may take to say which client keys there are, before and after we say so. */
    private static final Duration MOMENT = Duration.ofSeconds(1);

    private static final Duration KEYS_PATIENCE = Duration.ofSeconds(8);

    /** One for two cores: the kernel's and the collector's share of the work needs the other. */
    private static final int LOOPS = Math.max(1, Runtime.getRuntime().availableProcessors() / 2);

    private final Config config;
    private final Optional<String> adminKey;
    private final LongSupplier nanoTime;
    private final Prices prices;
    private final Metrics metrics;
    private final InForce inForce = new InForce();
    private final Features features;
    private final Timeline timeline = new Timeline(Clock.systemUTC());
    private final Holdings holdings;
    private final ClientKeys keys;
    private final LongAdder inFlight = new LongAdder();
    private final ByteBudget budget;
    private final Senders senders = new Senders();
    private final Readiness readiness;
    private final Optional<McpHub> mcp;
    private final List<Doors> doors = new ArrayList<>();

    /**
     * @param nanoTime what measures the times of upstreams
     * @throws GatewayException if what it needs cannot be opened
     */
    Start(Config config, Optional<String> adminKey, LongSupplier nanoTime) {
        this.config = config;
        this.adminKey = adminKey;
        this.nanoTime = nanoTime;
        keys = Holdings.keys(config);
        Warnings.of(config, Runtime.getRuntime().maxMemory()).forEach(LOG::warn);
        prices = Prices.builtIn().with(config.prices());
        metrics = new Metrics(known(config, prices));
        features = new Features(() -> SwitchedOn.by(inForce.parts().config(), keys));
        holdings = Holdings.open(config, keys, List.of(metrics, features, timeline));
        budget = new ByteBudget(config.limits().inFlightBytes());
        readiness = new Readiness(holdings.store(), holdings.ledger(), this::checks);
        mcp =
                config.mcp().isEmpty()
                        ? Optional.empty()
                        : Optional.of(
                                McpHub.start(
                                        config.mcp(),
                                        config.tools(),
                                        Principal::mayCall,
                                        holdings.ledger()::record));
    }

    /** Here and below without lambdas: to make one loads what it takes, used or not. */
    private Optional<ToolFigures> toolFigures() {
        return mcp.isEmpty() ? Optional.empty() : Optional.of(new ToolFigures(mcp.get()));
    }

    private static List<Readiness.Check> toolChecks(McpHub hub) {
        return hub.problems().entrySet().stream()
                .map(server ->
                        new Readiness.Check(
                                "mcp " + server.getKey(),
                                Readiness.Severity.DEGRADES,
                                server.getValue()))
                .toList();
    }

    /** The models that have a label in the metrics in any case. */
    private static Set<String> known(Config config, Prices prices) {
        var known = new HashSet<>(config.models().keySet());
        known.addAll(prices.models());
        return known;
    }

    /**
     * It listens when this returns.
     *
     * @throws GatewayException if it cannot; then all is closed again
     */
    Gateway run() {
        Vertx vertx = Vertx.vertx(options());
        try {
            Resources resources = resources(vertx);
            inForce.begin(resources.parts(config));
            // First, so that nobody is let in, or gets an answer, that replicas know better about.
            keys.watch();
            holdings.replication().ifPresent(this::share);
            requireKeys();
            Advice.of(config, keys, adminKey, replicasMeet()).forEach(LOG::warn);
            var entrance = new Entrance(config.server().connections());
            int port = listen(vertx, entrance);
            MemoryKeeper.start(vertx, resources.ids()::count, inFlight::sum);
            String host = config.server().host();
            String shown = host.contains(":") ? "[" + host + "]" : host;
            return new Gateway(
                    vertx,
                    inForce,
                    new Reloading(resources, inForce, doors, entrance, Clock.systemUTC()),
                    doors,
                    new Draining(doors, entrance),
                    holdings,
                    readiness,
                    mcp,
                    URI.create("http://" + shown + ":" + port));
        } catch (RuntimeException e) {
            mcp.ifPresent(McpHub::close);
            vertx.close();
            holdings.close();
            throw e;
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

    private Resources resources(Vertx vertx) {
        boolean loopback = Hosts.loopback(config.server().host());
        Optional<Replication> replication = holdings.replication();
        byte[] secret =
                replication.map(Replication::secret).orElseGet(() -> holdings.store().secret());
        return new Resources(
                vertx,
                holdings.ledger(),
                holdings.spending(),
                replication.map(Replication::buckets).orElseGet(LocalBuckets::new),
                replication.map(Replication::cache),
                secret,
                new ExactCache(config.cache().maxBytes(), holdings.store(), Clock.systemUTC()),
                new InFlight(),
                pages(),
                readiness,
                budget,
                keys,
                new Access(keys, new Tenants(secret), loopback, replicasMeet()),
                new AdminAccess(adminKey, loopback, keys),
                new CallIds(),
                inFlight,
                nanoTime,
                mcp);
    }

    /** Where replicas meet; empty if they do not. */
    private String replicasMeet() {
        return holdings.replication().map(Replication::where).orElse("");
    }

    private AdminPages pages() {
        return new AdminPages(
                holdings.ledger(),
                metrics,
                features,
                timeline,
                new Load(
                        inFlight::sum,
                        budget::held,
                        () -> budget.waiting() + senders.waiting(),
                        () -> inForce.rejected() ? 0 : 1),
                new UpstreamFigures(() -> inForce.parts().upstreams().snapshots()),
                new SpendingFigures(keys::list, this::budgetOf, holdings.spending()),
                holdings.replication()
                        .map(shared -> new RedisFigures(shared::up, shared::failures)),
                toolFigures(),
                inForce::write);
    }

    private Budget budgetOf(String tenant) {
        return inForce.parts().config().tenants().getOrDefault(tenant, TenantLimits.NONE).budget();
    }

    /** What is looked at beyond this process. */
    private List<Readiness.Check> checks() {
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
        checks.add(
                new Readiness.Check(
                        "configuration", Readiness.Severity.DEGRADES, inForce.problem()));
        if (mcp.isPresent()) {
            checks.addAll(toolChecks(mcp.get()));
        }
        holdings.replication()
                .ifPresent(shared -> {
                    checks.add(
                            new Readiness.Check(
                                    "redis", Readiness.Severity.DEGRADES, shared.problem()));
                    checks.add(
                            new Readiness.Check(
                                    "client keys", Readiness.Severity.STOPS, unknownKeys(shared)));
                });
        return checks;
    }

    private Optional<String> unknownKeys(Replication shared) {
        return keys.known()
                ? Optional.empty()
                : Optional.of(
                        "not known yet: "
                                + shared.where()
                                + " does not answer, or what it has cannot be read");
    }

    private void share(Replication shared) {
        var heard = new CompletableFuture<Void>();
        keys.share(shared.records(), () -> heard.complete(null));
        if (!shared.await(heard, MOMENT)) {
            LOG.info(
                    "Waiting, {} s at most, until {} says which client keys there are.",
                    KEYS_PATIENCE.toSeconds(),
                    shared.where());
            shared.await(heard, KEYS_PATIENCE);
        }
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
    private void requireKeys() {
        String host = config.server().host();
        if (holdings.replication().isPresent()
                && !Hosts.loopback(host)
                && keys.known()
                && !keys.anyValid()) {
            throw new GatewayException(
                    host
                            + " is not loopback, where every client needs a key, and there is none here or in "
                            + replicasMeet()
                            + ": make one with 'vivace keys create --tenant NAME --data DIR' in the data directory of"
                            + " a replica, or listen on 127.0.0.1.");
        }
    }

    /** The port, when all loops share it. */
    private int listen(Vertx vertx, Entrance entrance) {
        Parts parts = inForce.parts();
        try {
            var first = new Doors(parts, entrance, senders, config.server().port(), nanoTime);
            Awaiting.get(vertx.deployVerticle(first));
            doors.add(first);
            // The others share the port of the first, which may have been chosen for it.
            for (int i = 1; i < LOOPS; i++) {
                var next = new Doors(parts, entrance, senders, first.port(), nanoTime);
                Awaiting.get(vertx.deployVerticle(next));
                doors.add(next);
            }
            return first.port();
        } catch (Exception e) {
            throw new GatewayException(
                    "Cannot listen on "
                            + config.server().host()
                            + ":"
                            + config.server().port()
                            + ": "
                            + e.getMessage()
                            + ". Another --port may be free; 0 picks one.");
        }
    }
}
