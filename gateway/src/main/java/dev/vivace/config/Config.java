package dev.vivace.config;

import dev.vivace.ledger.Price;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
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
        Timeouts timeouts) {

    /** The protocol that an upstream speaks. */
    public enum Protocol {
        OPENAI,
        ANTHROPIC
    }

    /** Which requests are served from the exact cache unless they say otherwise. */
    public enum CacheMode {
        /** Those with temperature 0 or a seed. */
        DETERMINISTIC,
        ALL,
        OFF
    }

    /**
     * @param port 0 picks a free one
     */
    public record Server(String host, int port) {
        public static final Server DEFAULT = new Server("127.0.0.1", 8080);
    }

    /**
     * @param url its base, which ends in {@code /v1}
     * @param key sent instead of the client's credential; empty: the client's own goes there
     */
    public record Upstream(URI url, Protocol protocol, Optional<String> key) {}

    /**
     * @param maxBytes what all entries together may hold
     * @param ttl how long an entry lives unless the request says otherwise
     */
    public record Cache(CacheMode mode, long maxBytes, Duration ttl) {
        public static final Cache DEFAULT =
                new Cache(CacheMode.DETERMINISTIC, 64L << 20, Duration.ofHours(1));
    }

    /**
     * @param batchItems most inputs in one upstream call
     * @param batchTokens most tokens, as estimated, in one upstream call
     * @param batchWait longest time that an input waits for others
     */
    public record Embeddings(int batchItems, int batchTokens, Duration batchWait) {
        public static final Embeddings DEFAULT = new Embeddings(256, 8_000, Duration.ofMillis(2));
    }

    /**
     * @param bodyBytes largest request body
     * @param inFlightBytes most bytes of requests and answers held at one time
     */
    public record Limits(long bodyBytes, long inFlightBytes) {
        public static final Limits DEFAULT = new Limits(64L << 20, 192L << 20);
    }

    /**
     * @param connect to open a connection
     * @param firstByte from the request's departure to the answer's first byte
     * @param idle longest silence within an answer
     */
    public record Timeouts(Duration connect, Duration firstByte, Duration idle) {
        public static final Timeouts DEFAULT =
                new Timeouts(Duration.ofSeconds(5), Duration.ofMinutes(10), Duration.ofMinutes(2));
    }

    /** Everything by default, with one upstream that is called {@code default}. */
    public static Config proxyTo(URI url, Optional<String> key) {
        var upstreams = new LinkedHashMap<String, Upstream>();
        upstreams.put("default", new Upstream(url, Protocol.OPENAI, key));
        return new Config(
                Server.DEFAULT,
                Optional.empty(),
                upstreams,
                Map.of(),
                Map.of(),
                Cache.DEFAULT,
                Embeddings.DEFAULT,
                Limits.DEFAULT,
                Timeouts.DEFAULT);
    }

    public Config withServer(Server other) {
        return new Config(
                other, data, upstreams, models, prices, cache, embeddings, limits, timeouts);
    }

    public Config withData(Optional<Path> other) {
        return new Config(
                server, other, upstreams, models, prices, cache, embeddings, limits, timeouts);
    }

    public Config withUpstreams(LinkedHashMap<String, Upstream> others) {
        return new Config(
                server, data, others, models, prices, cache, embeddings, limits, timeouts);
    }
}
