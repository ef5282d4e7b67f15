package dev.vivace.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vivace.cache.CacheMode;
import dev.vivace.config.Config.Cache;
import dev.vivace.config.Config.Embeddings;
import dev.vivace.config.Config.Limits;
import dev.vivace.config.Config.Protocol;
import dev.vivace.config.Config.Server;
import dev.vivace.config.Config.Timeouts;
import dev.vivace.config.Config.Upstream;
import dev.vivace.deliver.Balance;
import dev.vivace.deliver.BreakerOptions;
import dev.vivace.deliver.ConcurrencyOptions;
import dev.vivace.deliver.RetryOptions;
import dev.vivace.key.Budget;
import dev.vivace.limit.Rates;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigTest {
    private static final URI LOCAL = URI.create("http://127.0.0.1:9/v1");

    @Test
    void repeatsEveryDefault() {
        Config config = Config.proxyTo(LOCAL, Optional.empty());

        assertEquals("127.0.0.1", config.server().host());
        assertEquals(8080, config.server().port());
        assertEquals(List.of(), config.server().hosts());
        assertEquals(Optional.empty(), config.data());
        assertEquals(
                Map.of("default", new Upstream(LOCAL, Protocol.OPENAI, Optional.empty())),
                config.upstreams());
        assertEquals(Map.of(), config.models());
        assertEquals(Map.of(), config.prices());
        assertEquals(CacheMode.DETERMINISTIC, config.cache().mode());
        assertEquals(67_108_864, config.cache().maxBytes());
        assertEquals(Duration.ofHours(1), config.cache().ttl());
        assertEquals(256, config.embeddings().batchItems());
        assertEquals(8_000, config.embeddings().batchTokens());
        assertEquals(Duration.ofMillis(2), config.embeddings().batchWait());
        assertEquals(67_108_864, config.limits().bodyBytes());
        assertEquals(201_326_592, config.limits().inFlightBytes());
        assertEquals(Duration.ofSeconds(5), config.timeouts().connect());
        assertEquals(Duration.ofMinutes(10), config.timeouts().firstByte());
        assertEquals(Duration.ofMinutes(2), config.timeouts().idle());
        assertEquals("", config.server().region());
        assertEquals(Duration.ofSeconds(30), config.server().grace());
        assertEquals(10_000, config.server().connections());
        assertEquals(10_000, config.limits().messages());
        Upstream upstream = config.upstreams().firstEntry().getValue();
        assertEquals(List.of(), upstream.keys());
        assertEquals(1, upstream.weight());
        assertEquals("", upstream.region());
        assertEquals(Rates.NONE, upstream.rates());
        assertEquals(Optional.empty(), upstream.timeouts());
        assertEquals(Balance.ORDER, ModelRoute.of("a/b").balance());
        assertEquals(Optional.empty(), ModelRoute.of("a/b").larger());
        assertEquals(
                new RetryOptions(3, 0.1, 3, Duration.ofMillis(200), Duration.ofSeconds(10), false),
                config.retries());
        assertEquals(
                new BreakerOptions(true, Duration.ofSeconds(10), 20, 0.5, Duration.ofSeconds(5), 3),
                config.breaker());
        assertEquals(
                new ConcurrencyOptions(
                        ConcurrencyOptions.Mode.OFF, 200, 1_000, Duration.ofSeconds(30)),
                config.concurrency());
        assertEquals(Map.of(), config.tenants());
        assertEquals(Optional.empty(), config.redis());
        assertEquals(Duration.ofMillis(50), RedisOptions.DEFAULT_TIMEOUT);
        assertEquals("vivace", RedisOptions.DEFAULT_PREFIX);
    }

    @Test
    void namesTheFieldTheValueAndTheRange() {
        refused(() -> new Server("127.0.0.1", 65_536), "server.port", "65536", "0 to 65535");
        refused(() -> new Server("127.0.0.1", -1), "server.port", "-1", "0 to 65535");
        refused(() -> new Server("a b", 1), "server.host", "a b");
        refused(() -> new Server("a", 1, List.of("b", "c:1")), "server.hosts", "c:1");
        refused(() -> cache((1 << 20) - 1, Duration.ofHours(1)), "cache.max", "1048575", "1MB");
        refused(() -> cache(0, Duration.ofHours(1)), "cache.max", "0", "1MB");
        refused(() -> cache(1 << 20, Duration.ofMillis(999)), "cache.ttl", "999ms", "1s to 365d");
        refused(() -> cache(1 << 20, Duration.ofDays(366)), "cache.ttl", "366d", "1s to 365d");
        refused(() -> embeddings(0, 1, 0), "embeddings.batch-items", "0", "1 to 2048");
        refused(() -> embeddings(2_049, 1, 0), "embeddings.batch-items", "2049", "1 to 2048");
        refused(() -> embeddings(1, 0, 0), "embeddings.batch-tokens", "0", "1 to 1000000");
        refused(() -> embeddings(1, 1, 1_001), "embeddings.batch-wait", "1001ms", "0 to 1s");
        refused(() -> embeddings(1, 1, -1), "embeddings.batch-wait", "-1ms", "0 to 1s");
        refused(() -> new Limits(1_023, 1 << 20), "limits.body", "1023", "1KB to 1GB");
        refused(() -> new Limits((1L << 30) + 1, 1 << 20), "limits.body", "1073741825");
        refused(() -> new Limits(1_024, 1_024), "limits.in-flight", "1KB", "1MB or more");
        refused(() -> new Limits(2 << 20, 1 << 20), "limits.in-flight", "limits.body, 2MB", "1MB");
        Duration ok = Duration.ofSeconds(1);
        refused(() -> new Timeouts(Duration.ZERO, ok, ok), "timeouts.connect", "0", "1ms to 1d");
        refused(() -> new Timeouts(ok, Duration.ofDays(2), ok), "timeouts.first-byte", "2d");
        refused(() -> new Timeouts(ok, ok, Duration.ofNanos(1)), "timeouts.idle", "1ns");
        List<String> none = List.of();
        refused(() -> new Server("a", 1, none, "a b", ok, ok, 1), "server.region", "a b");
        refused(
                () -> new Server("a", 1, none, "", ok, ok, 0),
                "server.connections",
                "1 to 1000000");
        refused(
                () -> new Server("a", 1, none, "", Duration.ZERO, Duration.ofHours(2), 1),
                "server.grace",
                "2h",
                "0 to 1h");
        refused(() -> new Limits(1_024, 1 << 20, 0), "limits.messages", "0", "1 to 1000000");
        refused(() -> weighted(0, none), "weight", "0", "1 to 1000");
        refused(() -> weighted(1, Collections.nCopies(101, "k")), "keys", "at most 100", "101");
        refused(() -> ModelRoute.of(), "chain", "1 to 20", "0");
        refused(() -> ModelRoute.of("a/b", "a/b"), "chain", "twice", "a/b");
        refused(() -> ModelRoute.of("b"), "chain", "a slash", "b");
        refused(
                () -> new ModelRoute(List.of("a/b"), Balance.ORDER, Optional.of("c")),
                "larger",
                "a slash");
        refused(
                () -> Config.builder().tenants(Map.of("t-1", TenantLimits.NONE)).build(),
                "tenants",
                "t-1");
    }

    @Test
    void acceptsTheEndsOfEveryRange() {
        var server = new Server("::1", 0);
        assertEquals(0, server.port());
        assertEquals(65_535, new Server("localhost", 65_535).port());
        assertEquals(1 << 20, cache(1 << 20, Duration.ofSeconds(1)).maxBytes());
        assertEquals(Duration.ofDays(365), cache(Long.MAX_VALUE, Duration.ofDays(365)).ttl());
        assertEquals(2_048, embeddings(2_048, 1_000_000, 1_000).batchItems());
        assertEquals(Duration.ZERO, embeddings(1, 1, 0).batchWait());
        assertEquals(1L << 30, new Limits(1L << 30, 1L << 30).bodyBytes());
        assertEquals(1L << 10, new Limits(1L << 10, 1 << 20).bodyBytes());
        Duration day = Duration.ofDays(1);
        assertEquals(day, new Timeouts(Duration.ofMillis(1), day, day).idle());
        assertEquals(1_000, weighted(1_000, Collections.nCopies(100, "k")).weight());
        var widest =
                new Server(
                        "a",
                        1,
                        List.of(),
                        "r".repeat(64),
                        Duration.ofMinutes(5),
                        Duration.ofHours(1),
                        1_000_000);
        assertEquals(1_000_000, widest.connections());
        assertEquals(1_000_000, new Limits(1_024, 1 << 20, 1_000_000).messages());
        assertEquals("sk-1", weighted(1, List.of("sk-1", "sk-2")).key().orElseThrow());
    }

    /** The rules of a file and the records of the core say the same. */
    @Test
    void whatARuleAcceptsTheCoresRecordsTake() {
        Duration ms = Duration.ofMillis(1);
        Duration minutes = Duration.ofMinutes(10);
        taken(Rules.ATTEMPTS, v -> new RetryOptions(v, 0, 0, ms, ms, false), 0, 1, 10, 11);
        taken(Rules.RETRY_BUDGET, v -> new RetryOptions(1, v, 0, ms, ms, false), -0.1, 0., 1., 1.1);
        taken(Rules.RETRY_FLOOR, v -> new RetryOptions(1, 0, v, ms, ms, false), -1, 0, 1_000, 1001);
        taken(
                Rules.RETRY_BASE,
                v -> new RetryOptions(1, 0, 0, v, ms, false),
                Duration.ZERO,
                ms,
                Duration.ofMinutes(1),
                Duration.ofMinutes(2));
        taken(
                Rules.MAX_WAIT,
                v -> new RetryOptions(1, 0, 0, ms, v, false),
                ms.negated(),
                Duration.ZERO,
                Duration.ofMinutes(5),
                Duration.ofMinutes(6));
        Duration s = Duration.ofSeconds(1);
        taken(
                Rules.WINDOW,
                v -> new BreakerOptions(true, v, 1, 1, s, 1),
                ms,
                s,
                minutes,
                minutes.plus(ms));
        taken(Rules.MIN_CALLS, v -> new BreakerOptions(true, s, v, 1, s, 1), 0, 1, 100_000, 100001);
        taken(
                Rules.FAILURE_RATE,
                v -> new BreakerOptions(true, s, 1, v, s, 1),
                0.,
                Double.MIN_VALUE,
                1.,
                1.1);
        taken(
                Rules.OPEN,
                v -> new BreakerOptions(true, s, 1, 1, v, 1),
                ms,
                Duration.ofMillis(10),
                minutes,
                minutes.plus(ms));
        taken(Rules.PROBES, v -> new BreakerOptions(true, s, 1, 1, s, v), 0, 1, 100, 101);
        var off = ConcurrencyOptions.Mode.OFF;
        taken(Rules.MAX_CALLS, v -> new ConcurrencyOptions(off, v, 1, s), 0, 1, 100_000, 100_001);
        taken(Rules.QUEUE, v -> new ConcurrencyOptions(off, 1, v, s), -1, 0, 100_000, 100_001);
        taken(
                Rules.QUEUE_WAIT,
                v -> new ConcurrencyOptions(off, 1, 1, v),
                ms.negated(),
                Duration.ZERO,
                minutes,
                minutes.plus(ms));
        taken(
                Rules.PER_MINUTE,
                v -> new Rates(OptionalLong.of(v), OptionalLong.of(v)),
                0L,
                1L,
                1L << 40,
                (1L << 40) + 1);
        taken(
                Rules.BUDGET,
                v -> new Budget(OptionalDouble.of(v), OptionalDouble.of(v)),
                -0.01,
                0.,
                1e9,
                1e9 + 1);
    }

    private static <T> void taken(
            Rule<T> rule, Function<T, Object> record, T below, T least, T most, T above) {
        for (T good : List.of(least, most)) {
            rule.require("it", good);
            assertNotNull(record.apply(good));
        }
        for (T bad : List.of(below, above)) {
            refused(() -> rule.require("it", bad), "it must be");
            refused(() -> record.apply(bad), "must be");
        }
    }

    private static Upstream weighted(int weight, List<String> keys) {
        return new Upstream(LOCAL, Protocol.OPENAI, keys, weight, "", Rates.NONE, Optional.empty());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://host",
                "http://host/v1/",
                "http://host/v2",
                "ftp://host/v1",
                "//host/v1",
                "http:/v1",
                "mailto:someone",
                "http://host:70000/v1",
                "http://host:0/v1",
                "http://host/v1#here"
            })
    void refusesAnUpstreamElsewhere(String url) {
        refused(() -> upstream(URI.create(url), "k"), "url", "/v1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://host/v1", "HTTPS://h:1/v1", "http://[::1]:8/api/openai/v1"})
    void acceptsAnUpstream(String url) {
        assertEquals(URI.create(url), upstream(URI.create(url), "k").url());
    }

    @Test
    void showsNoSecret() {
        assertFalse(upstream(LOCAL, "sk-secret").toString().contains("sk-secret"));
        var redis =
                new RedisOptions(
                        URI.create("redis://:secret@h:7/0"),
                        Duration.ofMillis(50),
                        "vivace",
                        Optional.of("secret"));
        assertFalse(redis.toString().contains("secret"), redis.toString());
        assertEquals("h:7", redis.address());
        for (String url : List.of("http://:secret@h", "redis://:secret@h/x", "redis:///secret")) {
            var e =
                    assertThrows(
                            IllegalArgumentException.class,
                            () ->
                                    new RedisOptions(
                                            URI.create(url),
                                            Duration.ofMillis(50),
                                            "vivace",
                                            Optional.empty()));
            assertFalse(String.valueOf(e.getMessage()).contains("secret"), e.getMessage());
        }
        for (String key : List.of("sk secret", "sk-secret\n", "", "schlüssel-secret")) {
            var e = assertThrows(IllegalArgumentException.class, () -> upstream(LOCAL, key));
            assertFalse(String.valueOf(e.getMessage()).contains("secret"), e.getMessage());
        }
        for (String url : List.of("http://me:secret@host/v1", "http://host/v1?key=secret")) {
            var e =
                    assertThrows(
                            IllegalArgumentException.class, () -> upstream(URI.create(url), "k"));
            assertFalse(String.valueOf(e.getMessage()).contains("secret"), e.getMessage());
        }
    }

    @Test
    void everyModelHasItsUpstream() {
        refused(() -> models(Map.of("fast", "other/m")), "models.fast", "other/m", "default");
        refused(() -> models(Map.of("fast", "m")), "chain", "a slash", "m");
        refused(() -> models(Map.of("", "default/m")), "models", "1 to 256");
        assertEquals(
                ModelRoute.of("default/a/b"),
                models(Map.of("fast", "default/a/b")).models().get("fast"));
        var larger = new ModelRoute(List.of("default/m"), Balance.ORDER, Optional.of("other/m"));
        refused(() -> base().models(Map.of("fast", larger)).build(), "models.fast", "other/m");
        var second = ModelRoute.of("default/m", "other/m");
        refused(() -> base().models(Map.of("fast", second)).build(), "models.fast", "other/m");
    }

    @Test
    void keepsItsOwnMaps() {
        Map<String, String> mine = new LinkedHashMap<>();
        for (int i = 0; i < 20; i++) {
            mine.put("m" + i, "default/m");
        }
        Config config = models(mine);
        List<String> before = new ArrayList<>(mine.keySet());
        mine.clear();
        assertEquals(before, List.copyOf(config.models().keySet()));
        assertThrows(UnsupportedOperationException.class, () -> config.models().remove("m0"));
    }

    @Test
    void changesOneThingAtATime() {
        Config config = Config.proxyTo(LOCAL, Optional.of("k"));
        assertEquals(1, config.withServer(new Server("::1", 1)).server().port());
        assertEquals(Optional.of(Path.of("d")), config.withData(Optional.of(Path.of("d"))).data());
        assertEquals(config, config.withServer(config.server()).withUpstreams(config.upstreams()));
    }

    private static Cache cache(long maxBytes, Duration ttl) {
        return new Cache(CacheMode.ALL, maxBytes, ttl);
    }

    private static Embeddings embeddings(int items, int tokens, int waitMillis) {
        return new Embeddings(items, tokens, Duration.ofMillis(waitMillis));
    }

    private static Upstream upstream(URI url, String key) {
        return new Upstream(url, Protocol.OPENAI, Optional.of(key));
    }

    private static Config models(Map<String, String> models) {
        var routes = new LinkedHashMap<String, ModelRoute>();
        models.forEach((name, target) -> routes.put(name, ModelRoute.of(target)));
        return base().models(routes).build();
    }

    private static ConfigBuilder base() {
        return Config.proxyTo(LOCAL, Optional.empty()).toBuilder();
    }

    private static void refused(Executable creation, String... words) {
        var e = assertThrows(IllegalArgumentException.class, creation);
        String message = String.valueOf(e.getMessage());
        for (String word : words) {
            assertTrue(message.contains(word), () -> word + " is not in: " + message);
        }
    }
}
