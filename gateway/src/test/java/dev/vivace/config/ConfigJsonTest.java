package dev.vivace.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vivace.ledger.Prices;
import java.io.IOException;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ConfigJsonTest {
    private static final JsonMapper JSON = new JsonMapper();

    private static final String FULL =
            """
            server: { host: "127.0.0.${LAST}", port: "${PORT}", hosts: [a.example, "${HIDDEN}"] }
            data: "/data/${HIDDEN}"
            upstreams:
              plain: { url: "http://h/v1", keys: [sk-literal-secret] }
              named: { url: "https://${HIDDEN}/v1", protocol: anthropic, keys: ["${KEY}"] }
              mixed: { url: "http://h/v1", keys: ["sk-part${KEY}"] }
              theirs: { url: "http://h/v1" }
            models: { fast: { chain: ["plain/${HIDDEN}"], balance: least-busy } }
            prices: { "m:1": { input: "${PRICE}", cached: 0.075, output: 2 } }
            cache: { mode: all, ttl: 90s }
            limits: { in-flight: "${SIZE}" }
            retries: { budget: "0.125" }
            tenants: { acme: { budget-day: 5 } }
            redis: { url: "redis://:sk-secret@${LAST}.example:7/2", secret: sk-literal-secret }
            mcp:
              files: { command: npx, args: ["${HIDDEN}", --key=sk-literal-secret], env: { A: sk-literal-secret, B: "${KEY}" } }
              keyed: { url: "http://h/mcp?key=sk-literal-secret&at=${LAST}" }
              web: { url: "http://${HIDDEN}/mcp", headers: { Authorization: "Bearer ${KEY}" }, trust: true }
            """;

    private static final Map<String, String> ENVIRONMENT =
            Map.of(
                    "KEY", "sk-variable-secret",
                    "HIDDEN", "hidden.value",
                    "LAST", "1",
                    "PORT", "9123",
                    "PRICE", "0.1234",
                    "SIZE", "77MB",
                    "REDIS", "rediss://user:sk-secret@cache.example");

    @TempDir private Path folder = Path.of("");

    @Test
    void hasEveryKeyAndSaysWhereItsValueComesFrom() throws IOException {
        JsonNode shown = show(load(FULL));
        JsonNode config = shown.get("config");
        for (Keys section : Keys.values()) {
            JsonNode place = config;
            for (String name : section.path().split("\\.", -1)) {
                place =
                        switch (name) {
                            case "" -> place;
                            case "NAME", "MODEL" -> place.iterator().next();
                            default -> place.get(name);
                        };
            }
            assertEquals(new TreeSet<>(section.known()), new TreeSet<>(place.propertyNames()));
        }
        Set<String> leaves = new TreeSet<>();
        leaves("", config, leaves);
        assertEquals(leaves, new TreeSet<>(shown.get("sources").propertyNames()));
        assertEquals(
                folder.resolve("vivace.yaml").toAbsolutePath().toString(),
                shown.get("file").asString());
        source(shown, "file", "server.port", "server.hosts", "data", "upstreams.plain.keys");
        source(shown, "file", "upstreams.named.protocol", "models.fast.chain", "cache.ttl");
        source(shown, "file", "prices.m:1.input", "limits.in-flight");
        source(shown, "default", "cache.max", "timeouts.idle", "embeddings.batch-wait");
        source(shown, "default", "upstreams.theirs.keys", "upstreams.plain.protocol");
        source(shown, "default", "prices.gpt-4o.input");
    }

    @Test
    void writesUnitsAsAFileDoes() throws IOException {
        JsonNode config = show(load("cache: { max: 1024KB, ttl: 90s }")).get("config");
        assertEquals("1MB", config.get("cache").get("max").asString());
        assertEquals("90s", config.get("cache").get("ttl").asString());
        assertEquals("192MB", config.get("limits").get("in-flight").asString());
        assertEquals("2ms", config.get("embeddings").get("batch-wait").asString());
        assertEquals(8080, config.get("server").get("port").asInt());
        assertEquals(2.5, config.get("prices").get("gpt-4o").get("input").asDouble());
        assertTrue(config.get("data").isNull());
        assertTrue(config.get("redis").isNull());
        assertEquals("10%", config.get("retries").get("budget").asString());
        assertEquals("on", config.get("breaker").get("mode").asString());
        JsonNode full = show(load(FULL)).get("config");
        assertEquals("12.5%", full.get("retries").get("budget").asString());
        assertEquals("least-busy", full.get("models").get("fast").get("balance").asString());
        assertEquals(5, full.get("tenants").get("acme").get("budget-day").asDouble());
        assertTrue(full.get("tenants").get("acme").get("budget-month").isNull());
    }

    @Test
    void hidesEverySecretAndWhatVariablesStandFor() throws IOException {
        Config loaded = load(FULL);
        JsonNode shown = show(loaded);
        JsonNode upstreams = shown.get("config").get("upstreams");
        assertEquals("[\"***\"]", upstreams.get("plain").get("keys").toString());
        assertEquals("[\"${KEY}\"]", upstreams.get("named").get("keys").toString());
        assertEquals("[\"***\"]", upstreams.get("mixed").get("keys").toString());
        assertEquals("[]", upstreams.get("theirs").get("keys").toString());
        JsonNode redis = shown.get("config").get("redis");
        assertEquals("redis://1.example:7", redis.get("url").asString());
        assertEquals("***", redis.get("secret").asString());
        JsonNode mcp = shown.get("config").get("mcp");
        assertEquals("{\"A\":\"***\",\"B\":\"${KEY}\"}", mcp.get("files").get("env").toString());
        assertEquals("[\"${HIDDEN}\",\"***\"]", mcp.get("files").get("args").toString());
        assertEquals("http://h/mcp?***", mcp.get("keyed").get("url").asString());
        assertEquals("{\"Authorization\":\"***\"}", mcp.get("web").get("headers").toString());
        assertTrue(mcp.get("web").get("trust").asBoolean());
        JsonNode variable = show(load("redis: { url: \"${REDIS}\" }")).get("config").get("redis");
        assertEquals("${REDIS}", variable.get("url").asString());
        assertEquals("https://${HIDDEN}/v1", upstreams.get("named").get("url").asString());
        assertEquals("${PORT}", shown.get("config").get("server").get("port").asString());
        for (String text : Set.of(shown.toString(), loaded.toString())) {
            String values = text.replace("redis.secret", "").replace("\"secret\":\"***\"", "");
            assertFalse(values.contains("secret"), values);
            assertFalse(values.contains("sk-"), values);
        }
        for (String value : Set.of("hidden.value", "9123", "0.1234", "77MB", "127.0.0.1")) {
            assertFalse(shown.toString().contains(value), value);
        }
    }

    @Test
    void whatCameFromElsewhereIsAFlagAndNotTheFile() throws IOException {
        var others = new LinkedHashMap<String, Config.Upstream>();
        others.put(
                "named",
                new Config.Upstream(
                        URI.create("http://other/v1"),
                        Config.Protocol.OPENAI,
                        Optional.of("sk-flag-secret")));
        Config config =
                load(FULL.replace("plain/${HIDDEN}", "named/m"))
                        .withServer(new Config.Server("127.0.0.1", 1))
                        .withData(Optional.of(Path.of("elsewhere")))
                        .withUpstreams(others);
        JsonNode shown = show(config);
        source(shown, "flag", "server.port", "server.hosts", "data");
        source(shown, "flag", "upstreams.named.url", "upstreams.named.keys");
        source(shown, "file", "server.host", "cache.mode");
        assertEquals(1, shown.get("config").get("server").get("port").asInt());
        assertEquals("elsewhere", shown.get("config").get("data").asString());
        JsonNode named = shown.get("config").get("upstreams").get("named");
        assertEquals("http://other/v1", named.get("url").asString());
        assertEquals("[\"***\"]", named.get("keys").toString());
    }

    @Test
    void withoutAFileItSaysSo() {
        Config config = Config.proxyTo(URI.create("http://h/v1"), Optional.of("sk-secret"));
        JsonNode shown = show(config);
        assertTrue(shown.get("file").isNull());
        source(shown, "flag", "upstreams.default.url", "upstreams.default.keys");
        source(shown, "default", "server.host", "cache.mode");
        assertFalse(shown.toString().contains("secret"), shown.toString());
    }

    @Test
    void saysWhatBecameOfTheLastChange() throws IOException {
        assertTrue(show(load("{}")).get("reload").isNull());
        Instant at = Instant.parse("2026-01-02T03:04:05Z");
        JsonNode applied = show(load("{}"), Reload.applied(at)).get("reload");
        assertEquals(
                "{\"at\":\"2026-01-02T03:04:05Z\",\"applied\":true,\"problems\":[]}",
                applied.toString());
        var why = assertThrows(ConfigException.class, () -> load("cache: { tll: 1s }"));
        JsonNode rejected = show(load("{}"), Reload.rejected(at, why)).get("reload");
        assertFalse(rejected.get("applied").asBoolean());
        JsonNode problem = rejected.get("problems").get(0);
        assertEquals(1, problem.get("line").asInt());
        assertEquals("cache.tll", problem.get("path").asString());
        assertTrue(problem.get("message").asString().contains("did you mean ttl?"));
    }

    private static JsonNode show(Config config, Reload reload) {
        var text = new StringWriter();
        try (var to = JSON.createGenerator(text)) {
            ConfigJson.write(config, Prices.builtIn(), Optional.of(reload), to);
        }
        return JSON.readTree(text.toString());
    }

    private static void leaves(String path, JsonNode node, Set<String> into) {
        if (!node.isObject()) {
            into.add(path);
        }
        node.properties()
                .forEach(each ->
                        leaves(
                                path.isEmpty() ? each.getKey() : path + "." + each.getKey(),
                                each.getValue(),
                                into));
    }

    private static void source(JsonNode shown, String expected, String... keys) {
        for (String key : keys) {
            assertEquals(expected, shown.get("sources").get(key).asString(), key);
        }
    }

    private static JsonNode show(Config config) {
        var text = new StringWriter();
        try (var to = JSON.createGenerator(text)) {
            ConfigJson.write(config, Prices.builtIn().with(config.prices()), to);
        }
        return JSON.readTree(text.toString());
    }

    private Config load(String text) throws IOException {
        Path file = Files.writeString(folder.resolve("vivace.yaml"), text);
        return ConfigFile.load(file, name -> Optional.ofNullable(ENVIRONMENT.get(name)));
    }
}
