package dev.vivace.config;

import dev.vivace.cache.CacheMode;
import dev.vivace.ledger.Price;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The whole configuration, checked. One immutable value; a request sees one and the same from its
 * beginning to its end.
 *
 * @param server where to listen
 * @param data where what survives a restart is kept; empty: memory only
 * @param upstreams by name, in the file's order; the first is the one for models that name none
 * @param models names that stand for {@code upstream/model}
 * @param prices by model; they replace the built-in ones of the same name
 * @param cache the exact cache
 * @param embeddings how embedding calls are gathered
 * @param limits what one request and all together may hold
 * @param timeouts how long an upstream may take
 * @param sources where all this came from
 */
public record Config(
        Server server,
        Optional<Path> data,
        LinkedHashMap<String, Upstream> upstreams,
        Map<String, String> models,
        Map<String, Price> prices,
        Cache cache,
        Embeddings embeddings,
        Limits limits,
        Timeouts timeouts,
        Sources sources) {
    // Each rule stands before what uses it: a DEFAULT is checked as it is made.
    static final Rule<Path> DATA = Rule.path();
    static final Rule<String> UPSTREAM_NAME =
            Rule.text(
                    "1 to 64 letters, digits, '.', '_' or '-', beginning with a letter or digit",
                    "[A-Za-z0-9][A-Za-z0-9._-]{0,63}");
    static final Rule<String> MODEL_NAME =
            Rule.text("1 to 256 characters without white space", "[^\\s\\p{Cntrl}]{1,256}");
    static final Rule<String> TARGET =
            Rule.text(
                    "an upstream's name, a slash and the model's name there, as in openai/gpt-4o-mini",
                    "[A-Za-z0-9][A-Za-z0-9._-]{0,63}/[^\\s\\p{Cntrl}]{1,256}");
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
        for (String name : upstreams.keySet()) {
            UPSTREAM_NAME.require("a name in upstreams", name);
        }
        for (String name : prices.keySet()) {
            MODEL_NAME.require("a name in prices", name);
        }
        for (var model : models.entrySet()) {
            MODEL_NAME.require("a name in models", model.getKey());
            TARGET.require("models." + model.getKey(), model.getValue());
            if (!upstreams.isEmpty() && !upstreams.containsKey(upstreamOf(model.getValue()))) {
                throw new IllegalArgumentException(
                        "models.%s must begin with the name of an upstream, one of %s, not %s"
                                .formatted(
                                        model.getKey(),
                                        String.join(", ", upstreams.keySet()),
                                        model.getValue()));
            }
        }
    }

    /** Of no file. */
    public Config(
            Server server,
            Optional<Path> data,
            LinkedHashMap<String, Upstream> upstreams,
            Map<String, String> models,
            Map<String, Price> prices,
            Cache cache,
            Embeddings embeddings,
            Limits limits,
            Timeouts timeouts) {
        this(
                server,
                data,
                upstreams,
                models,
                prices,
                cache,
                embeddings,
                limits,
                timeouts,
                Sources.NONE);
    }

    /** The part of a {@code upstream/model} before its first slash. */
    static String upstreamOf(String target) {
        return target.substring(0, target.indexOf('/'));
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
     */
    public record Server(String host, int port, List<String> hosts) {
        static final Rule<String> HOST =
                Rule.text(
                        "a host name or an IP address, without scheme and port",
                        "[A-Za-z0-9._-]{1,253}|(?=.*:.*:)[0-9A-Fa-f:.]{2,45}(%[A-Za-z0-9._-]{1,32})?");
        static final Rule<Integer> PORT = Rule.integer(0, 65_535);

        public static final Server DEFAULT = new Server("127.0.0.1", 8080);

        public Server {
            HOST.require("server.host", host);
            PORT.require("server.port", port);
            hosts = List.copyOf(hosts);
            for (String name : hosts) {
                HOST.require("a name in server.hosts", name);
            }
        }

        /** Without names of its own. */
        public Server(String host, int port) {
            this(host, port, List.of());
        }
    }

    /**
     * A provider.
     *
     * @param url its base, which ends in {@code /v1}; http or https, without user or query
     * @param protocol what it speaks
     * @param key sent instead of the client's credential; empty: the client's own goes there
     */
    public record Upstream(URI url, Protocol protocol, Optional<String> key) {
        static final Rule<URI> URL = Rule.url();
        static final Rule<Protocol> PROTOCOL = Rule.choice(Protocol.class);
        static final Rule<String> KEY = Rule.credential();

        public Upstream {
            URL.require("url", url);
            key.ifPresent(secret -> KEY.require("key", secret));
        }

        /** Without the key, so that none gets into a log. */
        @Override
        public String toString() {
            String shown = key.isPresent() ? "configured" : "none";
            return "Upstream[url=" + url + ", protocol=" + protocol + ", key=" + shown + "]";
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
     */
    public record Limits(long bodyBytes, long inFlightBytes) {
        static final Rule<Long> BODY = Rule.bytes(1L << 10, 1L << 30);
        static final Rule<Long> IN_FLIGHT = Rule.bytes(1L << 20, Long.MAX_VALUE);

        public static final Limits DEFAULT = new Limits(64L << 20, 192L << 20);

        public Limits {
            BODY.require("limits.body", bodyBytes);
            IN_FLIGHT.require("limits.in-flight", inFlightBytes);
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
        return new Config(
                Server.DEFAULT,
                Optional.empty(),
                upstreams,
                Map.of(),
                Map.of(),
                Cache.DEFAULT,
                Embeddings.DEFAULT,
                Limits.DEFAULT,
                Timeouts.DEFAULT,
                Sources.NONE.flag("upstreams", true));
    }

    public Config withServer(Server other) {
        Sources from = sources;
        from = from.flag("server.host", !other.host().equals(server.host()));
        from = from.flag("server.port", other.port() != server.port());
        from = from.flag("server.hosts", !other.hosts().equals(server.hosts()));
        return with(other, data, upstreams, from);
    }

    public Config withData(Optional<Path> other) {
        return with(server, other, upstreams, sources.flag("data", !other.equals(data)));
    }

    /**
     * With these upstreams instead.
     *
     * @throws IllegalArgumentException if a name in {@code models} stands for another
     */
    public Config withUpstreams(LinkedHashMap<String, Upstream> others) {
        return with(server, data, others, sources.flag("upstreams", !others.equals(upstreams)));
    }

    Config withSources(Sources other) {
        return with(server, data, upstreams, other);
    }

    private Config with(
            Server itsServer,
            Optional<Path> itsData,
            LinkedHashMap<String, Upstream> itsUpstreams,
            Sources itsSources) {
        return new Config(
                itsServer,
                itsData,
                itsUpstreams,
                models,
                prices,
                cache,
                embeddings,
                limits,
                timeouts,
                itsSources);
    }
}
