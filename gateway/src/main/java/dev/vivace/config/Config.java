package dev.vivace.config;

import dev.vivace.cache.CacheMode;
import dev.vivace.deliver.BreakerOptions;
import dev.vivace.deliver.ConcurrencyOptions;
import dev.vivace.deliver.RetryOptions;
import dev.vivace.ledger.Price;
import dev.vivace.limit.Rates;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The whole configuration, checked. One immutable value; a request sees one and the same from its
 * beginning to its end.
 *
 * @param server where to listen
 * @param data where what survives a restart is kept; empty: memory only
 * @param upstreams by name, in the file's order; the first is the one for models that name none
 * @param models names that stand for chains of {@code upstream/model}
 * @param prices by model; they replace the built-in ones of the same name
 * @param cache the exact cache
 * @param embeddings how embedding calls are gathered
 * @param limits what one request and all together may hold
 * @param timeouts how long an upstream may take, unless it has its own
 * @param retries when a call that failed is sent again
 * @param breaker when an upstream is left alone
 * @param concurrency how many calls each upstream works on
 * @param tenants what tenants may take; who is not there has no limits
 * @param redis what replicas share; empty: nothing
 * @param tools which of many tools clients are told of
 * @param mcp servers whose tools are offered, by name, in the file's order; none by default
 * @param sources where all this came from
 */
public record Config(
        Server server,
        Optional<Path> data,
        LinkedHashMap<String, Upstream> upstreams,
        Map<String, ModelRoute> models,
        Map<String, Price> prices,
        Cache cache,
        Embeddings embeddings,
        Limits limits,
        Timeouts timeouts,
        RetryOptions retries,
        BreakerOptions breaker,
        ConcurrencyOptions concurrency,
        Map<String, TenantLimits> tenants,
        Optional<RedisOptions> redis,
        ToolSelection tools,
        Map<String, ToolServer> mcp,
        Sources sources) {
    // Each rule stands before what uses it: a DEFAULT is checked as it is made.
    static final Rule<Path> DATA = Rule.path();
    static final Rule<String> UPSTREAM_NAME =
            Rule.text(
                    "1 to 64 letters, digits, '.', '_' or '-', beginning with a letter or digit",
                    "[A-Za-z0-9][A-Za-z0-9._-]{0,63}");
    static final Rule<String> MODEL_NAME =
            Rule.text("1 to 256 characters without white space", "[^\\s\\p{Cntrl}]{1,256}");
    static final Rule<Double> PRICE = Rule.price();

    /** The name of an upstream that no file names. */
    static final String DEFAULT_UPSTREAM = "default";

    /**
     * @throws IllegalArgumentException naming what is out of range
     */
    public Config {
        data.ifPresent(path -> DATA.require("data", path));
        upstreams = new LinkedHashMap<>(upstreams);
        models = Collections.unmodifiableMap(new LinkedHashMap<>(models));
        prices = Collections.unmodifiableMap(new LinkedHashMap<>(prices));
        tenants = Collections.unmodifiableMap(new LinkedHashMap<>(tenants));
        mcp = Collections.unmodifiableMap(new LinkedHashMap<>(mcp));
        for (String name : upstreams.keySet()) {
            UPSTREAM_NAME.require("a name in upstreams", name);
        }
        for (String name : mcp.keySet()) {
            ToolServer.NAME.require("a name in mcp", name);
            Optional<String> clash = ToolServer.clash(name, mcp.keySet());
            if (clash.isPresent()) {
                throw new IllegalArgumentException(
                        "mcp.%s must not be called as %s and '_' begin: their tools could have the same names"
                                .formatted(name, clash.get()));
            }
        }
        for (String name : prices.keySet()) {
            MODEL_NAME.require("a name in prices", name);
        }
        for (String name : tenants.keySet()) {
            Rules.TENANT.require("a name in tenants", name);
        }
        for (var model : models.entrySet()) {
            MODEL_NAME.require("a name in models", model.getKey());
            requireUpstreams(model.getKey(), model.getValue(), upstreams.keySet());
        }
    }

    private static void requireUpstreams(String model, ModelRoute route, Set<String> upstreams) {
        Optional<String> stray =
                route.targets()
                        .filter(target -> !upstreams.contains(ModelRoute.upstreamOf(target)))
                        .findFirst();
        if (!upstreams.isEmpty() && stray.isPresent()) {
            throw new IllegalArgumentException(
                    "models.%s must begin with the name of an upstream, one of %s, not %s"
                            .formatted(model, String.join(", ", upstreams), stray.get()));
        }
    }

    /** Everything by default, without upstreams. */
    public static ConfigBuilder builder() {
        return new ConfigBuilder();
    }

    /** This one, to change something in it. */
    public ConfigBuilder toBuilder() {
        return new ConfigBuilder(this);
    }

    /** The protocol that an upstream speaks. */
    public enum Protocol {
        OPENAI,
        ANTHROPIC
    }

    /**
     * Where to listen.
     *
     * @param host a name or an address of this machine; 127.0.0.1 by default
     * @param port 0 to 65535, where 0 picks a free one; 8080 by default
     * @param hosts names under which clients may ask a gateway on loopback, beside those that
     *     nobody can own in public; none by default
     * @param region where it runs: upstreams of the same region are preferred; empty by default:
     *     none
     * @param notice how long it takes calls as before when it stops, while it says that it is not
     *     ready, 0 to 5 minutes; 0 by default
     * @param grace how long calls in flight may take to end when it stops, 0 to 1 hour; 30 s by
     *     default
     * @param connections most client connections at a time, 1 to 1,000,000; 10,000 by default
     */
    public record Server(
            String host,
            int port,
            List<String> hosts,
            String region,
            Duration notice,
            Duration grace,
            int connections) {
        static final Rule<Duration> NOTICE = Rule.duration(Duration.ZERO, Duration.ofMinutes(5));
        static final Rule<String> HOST =
                Rule.text(
                        "a host name or an IP address, without scheme and port",
                        "[A-Za-z0-9._-]{1,253}|(?=.*:.*:)[0-9A-Fa-f:.]{2,45}(%[A-Za-z0-9._-]{1,32})?");
        static final Rule<Integer> PORT = Rule.integer(0, 65_535);
        static final Rule<Duration> GRACE = Rule.duration(Duration.ZERO, Duration.ofHours(1));
        static final Rule<Integer> CONNECTIONS = Rule.integer(1, 1_000_000);

        public static final Server DEFAULT =
                new Server(
                        "127.0.0.1",
                        8080,
                        List.of(),
                        "",
                        Duration.ZERO,
                        Duration.ofSeconds(30),
                        10_000);

        public Server {
            HOST.require("server.host", host);
            PORT.require("server.port", port);
            hosts = List.copyOf(hosts);
            for (String name : hosts) {
                HOST.require("a name in server.hosts", name);
            }
            if (!region.isEmpty()) {
                Rules.REGION.require("server.region", region);
            }
            NOTICE.require("server.notice", notice);
            GRACE.require("server.grace", grace);
            CONNECTIONS.require("server.connections", connections);
        }

        /** Without names of its own, and all else by default. */
        public Server(String host, int port) {
            this(host, port, List.of());
        }

        /** All else by default. */
        public Server(String host, int port, List<String> hosts) {
            this(host, port, hosts, "", DEFAULT.notice, DEFAULT.grace, DEFAULT.connections);
        }

        /** The same at another address. */
        public Server at(String otherHost, int otherPort) {
            return new Server(otherHost, otherPort, hosts, region, notice, grace, connections);
        }
    }

    /**
     * A provider.
     *
     * @param url its base, which ends in {@code /v1}; http or https, without user or query
     * @param protocol what it speaks
     * @param keys sent instead of the client's credential, at most 100; none: the client's own goes
     *     there
     * @param weight its share beside others, 1 to 1,000; 1 by default
     * @param region where it is; empty by default: nobody knows
     * @param rates what it may be asked for; no limits by default
     * @param timeouts how long it may take; empty by default: as long as any
     */
    public record Upstream(
            URI url,
            Protocol protocol,
            List<String> keys,
            int weight,
            String region,
            Rates rates,
            Optional<Timeouts> timeouts) {
        static final int MOST_KEYS = 100;
        static final int DEFAULT_WEIGHT = 1;
        static final Rule<URI> URL = Rule.url();
        static final Rule<Protocol> PROTOCOL = Rule.choice(Protocol.class);
        static final Rule<String> KEY = Rule.credential();
        static final Rule<Integer> WEIGHT = Rule.integer(1, 1_000);

        public Upstream {
            URL.require("url", url);
            keys = List.copyOf(keys);
            if (keys.size() > MOST_KEYS) {
                throw new IllegalArgumentException(
                        "keys must be at most " + MOST_KEYS + ", not " + keys.size());
            }
            for (String key : keys) {
                KEY.require("key", key);
            }
            WEIGHT.require("weight", weight);
            if (!region.isEmpty()) {
                Rules.REGION.require("region", region);
            }
        }

        /** With one key or none, and all else by default. */
        public Upstream(URI url, Protocol protocol, Optional<String> key) {
            this(
                    url,
                    protocol,
                    key.stream().toList(),
                    DEFAULT_WEIGHT,
                    "",
                    Rates.NONE,
                    Optional.empty());
        }

        /** The first of its keys. */
        public Optional<String> key() {
            return keys.stream().findFirst();
        }

        /** Without the keys, so that none gets into a log. */
        @Override
        public String toString() {
            return "Upstream[url=%s, protocol=%s, keys=%d, weight=%d, region=%s, rates=%s, timeouts=%s]"
                    .formatted(url, protocol, keys.size(), weight, region, rates, timeouts);
        }
    }

    /**
     * The exact cache.
     *
     * @param mode which requests are served from it; deterministic ones by default
     * @param maxBytes what all entries together may hold, 1 MB or more; 64 MB by default
     * @param ttl how long an entry lives unless the request says otherwise, 1 s to 365 days; 1 hour
     *     by default
     */
    public record Cache(CacheMode mode, long maxBytes, Duration ttl) {
        static final Rule<CacheMode> MODE = Rule.choice(CacheMode.class);
        static final Rule<Long> MAX = Rule.bytes(1L << 20, Long.MAX_VALUE);
        static final Rule<Duration> TTL =
                Rule.duration(Duration.ofSeconds(1), Duration.ofDays(365));

        public static final Cache DEFAULT =
                new Cache(CacheMode.DETERMINISTIC, 64L << 20, Duration.ofHours(1));

        public Cache {
            MAX.require("cache.max", maxBytes);
            TTL.require("cache.ttl", ttl);
        }
    }

    /**
     * How embedding calls are gathered.
     *
     * @param batchItems most inputs of several callers in one upstream call, 1 to 2,048; 256 by
     *     default
     * @param batchTokens most tokens, as estimated, of several callers in one upstream call, 1 to
     *     1,000,000; 8,000 by default
     * @param batchWait longest time that an input waits for others, 0 to 1 s; 2 ms by default
     */
    public record Embeddings(int batchItems, int batchTokens, Duration batchWait) {
        static final Rule<Integer> ITEMS = Rule.integer(1, 2_048);
        static final Rule<Integer> TOKENS = Rule.integer(1, 1_000_000);
        static final Rule<Duration> WAIT = Rule.duration(Duration.ZERO, Duration.ofSeconds(1));

        public static final Embeddings DEFAULT = new Embeddings(256, 8_000, Duration.ofMillis(2));

        public Embeddings {
            ITEMS.require("embeddings.batch-items", batchItems);
            TOKENS.require("embeddings.batch-tokens", batchTokens);
            WAIT.require("embeddings.batch-wait", batchWait);
        }
    }

    /**
     * What one request and all together may hold.
     *
     * @param bodyBytes largest request body, 1 KB to 1 GB; 64 MB by default
     * @param inFlightBytes most bytes of request bodies, and of answers beyond their first 64 kB,
     *     held at one time, 1 MB or more and no less than {@code bodyBytes}; 192 MB by default
     * @param messages most messages of one call, 1 to 1,000,000; 10,000 by default
     */
    public record Limits(long bodyBytes, long inFlightBytes, int messages) {
        static final Rule<Long> BODY = Rule.bytes(1L << 10, 1L << 30);
        static final Rule<Long> IN_FLIGHT = Rule.bytes(1L << 20, Long.MAX_VALUE);

        static final Rule<Integer> MESSAGES = Rule.integer(1, 1_000_000);

        public static final Limits DEFAULT = new Limits(64L << 20, 192L << 20, 10_000);

        /** With as many messages as by default. */
        public Limits(long bodyBytes, long inFlightBytes) {
            this(bodyBytes, inFlightBytes, DEFAULT.messages);
        }

        public Limits {
            BODY.require("limits.body", bodyBytes);
            IN_FLIGHT.require("limits.in-flight", inFlightBytes);
            MESSAGES.require("limits.messages", messages);
            if (inFlightBytes < bodyBytes) {
                throw new IllegalArgumentException(
                        "limits.in-flight must be at least limits.body, %s, not %s"
                                .formatted(
                                        Units.printBytes(bodyBytes),
                                        Units.printBytes(inFlightBytes)));
            }
        }
    }

    /**
     * How long an upstream may take, each from 1 ms to 1 day.
     *
     * @param connect to open a connection; 5 s by default
     * @param firstByte from the request's last byte to the answer's first; 10 minutes by default
     * @param idle longest silence within a request that goes there or an answer that comes, and
     *     longest time that a client takes nothing of its answer; 2 minutes by default
     */
    public record Timeouts(Duration connect, Duration firstByte, Duration idle) {
        static final Rule<Duration> RANGE = Rule.duration(Duration.ofMillis(1), Duration.ofDays(1));

        public static final Timeouts DEFAULT =
                new Timeouts(Duration.ofSeconds(5), Duration.ofMinutes(10), Duration.ofMinutes(2));

        public Timeouts {
            RANGE.require("timeouts.connect", connect);
            RANGE.require("timeouts.first-byte", firstByte);
            RANGE.require("timeouts.idle", idle);
        }
    }

    /** Everything by default, with one upstream that is called {@code default}. */
    public static Config proxyTo(URI url, Optional<String> key) {
        var upstreams = new LinkedHashMap<String, Upstream>();
        upstreams.put(DEFAULT_UPSTREAM, new Upstream(url, Protocol.OPENAI, key));
        return builder().upstreams(upstreams).sources(Sources.NONE.flag("upstreams", true)).build();
    }

    public Config withServer(Server other) {
        Sources from = sources;
        from = from.flag("server.host", !other.host.equals(server.host));
        from = from.flag("server.port", other.port != server.port);
        from = from.flag("server.hosts", !other.hosts.equals(server.hosts));
        from = from.flag("server.region", !other.region.equals(server.region));
        from = from.flag("server.notice", !other.notice.equals(server.notice));
        from = from.flag("server.grace", !other.grace.equals(server.grace));
        from = from.flag("server.connections", other.connections != server.connections);
        return toBuilder().server(other).sources(from).build();
    }

    public Config withData(Optional<Path> other) {
        Sources from = sources.flag("data", !other.equals(data));
        return toBuilder().data(other).sources(from).build();
    }

    /**
     * With these upstreams instead.
     *
     * @throws IllegalArgumentException if a name in {@code models} stands for another
     */
    public Config withUpstreams(LinkedHashMap<String, Upstream> others) {
        Sources from = sources.flag("upstreams", !others.equals(upstreams));
        return toBuilder().upstreams(others).sources(from).build();
    }

    Config withSources(Sources other) {
        return toBuilder().sources(other).build();
    }
}
