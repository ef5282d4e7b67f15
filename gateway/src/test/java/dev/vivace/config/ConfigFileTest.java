package dev.vivace.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
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
import dev.vivace.ledger.Price;
import dev.vivace.limit.Rates;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigFileTest {
    private static final String GOOD =
            """
            server: { host: 0.0.0.0, port: 9000, hosts: [a.example, b] }
            data: ./${WHERE}/data
            upstreams:
              openai: { url: "https://api.openai.com/v1", protocol: openai, keys: ["${KEY}"] }
              claude: { url: "http://10.0.0.7:8000/v1", protocol: anthropic }
            models:
              fast: { chain: [openai/gpt-4o-mini] }
            prices:
              m-1: { input: 0.15, cached: 0.075, output: 0.60 }
              m-2: { input: 1, output: 2 }
            cache: { mode: all, max: 128MB, ttl: 30s }
            embeddings: { batch-items: 10, batch-tokens: 20, batch-wait: 500us }
            limits: { body: 32MB, in-flight: 1GB }
            timeouts: { connect: 1s, first-byte: 2m, idle: 3m }
            """;

    /** What stands beside it in other tests, so that they keep their lines. */
    private static final String WHOLE =
            """
            server: { region: eu, notice: 7s, grace: 1m, connections: 5 }
            upstreams:
              openai:
                url: "https://api.openai.com/v1"
                keys: ["${KEY}", sk-2]
                weight: 3
                region: us
                requests-per-minute: 500
                tokens-per-minute: 200000
                timeouts: { connect: 7s }
              backup: { url: "http://10.0.0.7:8000/v1" }
            models:
              fast: { chain: [openai/m, backup/m], balance: least-busy, larger: openai/l }
            limits: { messages: 7 }
            timeouts: { idle: 9s }
            retries: { attempts: 2, budget: 5%, floor: 1, base: 1s, max-wait: 2s, hedge: on }
            breaker: { mode: off, window: 1m, min-calls: 2, failure-rate: 0.25, open: 1s, probes: 9 }
            concurrency: { mode: adaptive, max: 8, queue: 0, queue-wait: 1s }
            tenants:
              acme: { requests-per-minute: 600, tokens-per-minute: 100, budget-day: 0.5, budget-month: 10 }
              guest: { requests-per-minute: 1 }
            redis: { url: "redis://:${KEY}@host:6379/0", timeout: 20ms, prefix: "v:1", secret: "${KEY}" }
            mcp:
              files: { command: npx, args: [-y, "server ${WHERE}"], env: { TOKEN: "${KEY}" }, trust: true }
              web: { url: "http://10.0.0.9:9000/mcp", headers: { Authorization: "Bearer ${KEY}" }, timeout: 5s, ttl: 1m }
            """;

    private static final Map<String, String> ENVIRONMENT =
            Map.of("KEY", "sk-secret", "WHERE", "here", "BAD", "bad secret", "NESTED", "${KEY}");

    @TempDir private Path folder = Path.of("");

    @Test
    void readsEveryKey() throws IOException {
        Config config = load(GOOD);

        assertEquals(new Server("0.0.0.0", 9000, List.of("a.example", "b")), config.server());
        assertEquals(Optional.of(Path.of("./here/data")), config.data());
        assertEquals(List.of("openai", "claude"), List.copyOf(config.upstreams().keySet()));
        assertEquals(
                new Upstream(
                        URI.create("https://api.openai.com/v1"),
                        Protocol.OPENAI,
                        Optional.of("sk-secret")),
                config.upstreams().get("openai"));
        assertEquals(
                new Upstream(
                        URI.create("http://10.0.0.7:8000/v1"),
                        Protocol.ANTHROPIC,
                        Optional.empty()),
                config.upstreams().get("claude"));
        assertEquals(Map.of("fast", ModelRoute.of("openai/gpt-4o-mini")), config.models());
        assertEquals(
                Map.of("m-1", new Price(0.15, 0.075, 0.6), "m-2", new Price(1, 1, 2)),
                config.prices());
        assertEquals(new Cache(CacheMode.ALL, 128 << 20, Duration.ofSeconds(30)), config.cache());
        assertEquals(new Embeddings(10, 20, Duration.ofNanos(500_000)), config.embeddings());
        assertEquals(new Limits(32 << 20, 1 << 30), config.limits());
        assertEquals(
                new Timeouts(Duration.ofSeconds(1), Duration.ofMinutes(2), Duration.ofMinutes(3)),
                config.timeouts());
    }

    @Test
    void readsHowCallsAreDelivered() throws IOException {
        Config config = load(WHOLE);

        assertEquals(
                new Server(
                        "127.0.0.1",
                        8080,
                        List.of(),
                        "eu",
                        Duration.ofSeconds(7),
                        Duration.ofMinutes(1),
                        5),
                config.server());
        assertEquals(
                new Upstream(
                        URI.create("https://api.openai.com/v1"),
                        Protocol.OPENAI,
                        List.of("sk-secret", "sk-2"),
                        3,
                        "us",
                        new Rates(OptionalLong.of(500), OptionalLong.of(200_000)),
                        // What it does not say itself is what all have.
                        Optional.of(
                                new Timeouts(
                                        Duration.ofSeconds(7),
                                        Timeouts.DEFAULT.firstByte(),
                                        Duration.ofSeconds(9)))),
                config.upstreams().get("openai"));
        assertEquals(
                Map.of(
                        "fast",
                        new ModelRoute(
                                List.of("openai/m", "backup/m"),
                                Balance.LEAST_BUSY,
                                Optional.of("openai/l"))),
                config.models());
        assertEquals(7, config.limits().messages());
        assertEquals(
                new RetryOptions(2, 0.05, 1, Duration.ofSeconds(1), Duration.ofSeconds(2), true),
                config.retries());
        assertEquals(
                new BreakerOptions(false, Duration.ofMinutes(1), 2, 0.25, Duration.ofSeconds(1), 9),
                config.breaker());
        assertEquals(
                new ConcurrencyOptions(
                        ConcurrencyOptions.Mode.ADAPTIVE, 8, 0, Duration.ofSeconds(1)),
                config.concurrency());
        assertEquals(
                Map.of(
                        "acme",
                        new TenantLimits(
                                new Rates(OptionalLong.of(600), OptionalLong.of(100)),
                                new Budget(OptionalDouble.of(0.5), OptionalDouble.of(10))),
                        "guest",
                        new TenantLimits(
                                new Rates(OptionalLong.of(1), OptionalLong.empty()), Budget.NONE)),
                config.tenants());
        assertEquals(
                Optional.of(
                        new RedisOptions(
                                URI.create("redis://:sk-secret@host:6379/0"),
                                Duration.ofMillis(20),
                                "v:1",
                                Optional.of("sk-secret"))),
                config.redis());
        assertEquals(List.of("files", "web"), List.copyOf(config.mcp().keySet()));
        assertEquals(
                new ToolServer.Local(
                        "npx",
                        List.of("-y", "server here"),
                        Map.of("TOKEN", "sk-secret"),
                        new ToolServer.Terms(true, Duration.ofMinutes(1), Duration.ZERO)),
                config.mcp().get("files"));
        assertEquals(
                new ToolServer.Remote(
                        URI.create("http://10.0.0.9:9000/mcp"),
                        Map.of("Authorization", "Bearer sk-secret"),
                        new ToolServer.Terms(false, Duration.ofSeconds(5), Duration.ofMinutes(1))),
                config.mcp().get("web"));
    }

    /** As for the other file: what is replaced by what, and what the error says. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    { a_b: { command: x }, a: { command: x } } | mcp.a_b       | begins with the name of the server a and '_'
                    a: {}                                     | mcp.a         | needs a command to start, or the url
                    a:                                        | mcp.a         | needs a command to start, or the url
                    a: { command: x, url: "http://h" }        | mcp.a         | one of them is too much
                    a: { command: x, headers: { A: b } }      | mcp.a.headers | belongs to a server with a url
                    a: { url: "http://h", env: { A: b } }     | mcp.a.env     | belongs to a server with a command
                    a: { url: "http://h", headers: { A: "sk-é" } } | mcp.a.headers.A | its value is not shown
                    a: { url: "http://u:sk-x@h" }             | mcp.a.url     | without user
                    a: { command: x, env: { "A B": c } }      | mcp.a.env.A B | the name of a variable
                    "a.b": { command: x }                     | mcp.a.b       | is not a name that can be used
                    """)
    void refusesToolServersThatAreNone(String server, String path, String says) throws IOException {
        refused("mcp:\n  " + server + "\n", 2, path, says);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    region: eu        | region: e u        | 1  | server.region        | not e u
                    grace: 1m         | grace: 61m         | 1  | server.grace         | 0 to 1h
                    connections: 5    | connections: 0     | 1  | server.connections   | 1 to 1000000
                    weight: 3         | weight: 1001       | 6  | upstreams.openai.weight | 1 to 1000
                    minute: 500       | minute: 0          | 8  | upstreams.openai.requests-per-minute | 1 to
                    connect: 7s       | conect: 7s         | 10 | upstreams.openai.timeouts.conect | did you mean connect?
                    connect: 7s       | connect: 0         | 10 | upstreams.openai.timeouts.connect | 1ms to 1d
                    backup/m]         | openai/m]          | 13 | models.fast.chain[1] | is in the chain already: openai/m
                    backup/m]         | other/m]           | 13 | models.fast.chain[1] | one of openai, backup, not other/m
                    openai/l }        | other/l }          | 13 | models.fast.larger   | one of openai, backup, not other/l
                    least-busy        | least_busy         | 13 | models.fast.balance  | one of order, weight, least-busy, fastest, not least_busy
                    messages: 7       | messages: 0        | 14 | limits.messages      | 1 to 1000000
                    budget: 5%        | budget: 101%       | 16 | retries.budget       | a share of 0% to 100%, as in 10% or 0.1, not 101%
                    budget: 5%        | budget: 5 %        | 16 | retries.budget       | not 5 %
                    budget: 5%        | budget: -1%        | 16 | retries.budget       | not -1%
                    attempts: 2       | attempts: 0        | 16 | retries.attempts     | 1 to 10
                    hedge: on         | hedge: true        | 16 | retries.hedge        | one of on, off, not true
                    mode: off         | mode: fixed        | 17 | breaker.mode         | one of on, off, not fixed
                    rate: 0.25        | rate: 0%           | 17 | breaker.failure-rate | a share above 0%
                    mode: adaptive    | mode: on           | 18 | concurrency.mode     | one of off, fixed, adaptive, not on
                    acme:             | local:             | 20 | tenants.local        | not local, anonymous or anything
                    acme:             | t-1:               | 20 | tenants.t-1          | is not a name that can be used
                    budget-day: 0.5   | budget-day: -1     | 20 | tenants.acme.budget-day | not -1
                    redis://          | http://            | 22 | redis.url            | a redis:// or rediss:// URL
                    url: "redis       | uri: "redis        | 22 | redis                | needs the key url
                    prefix: "v:1"     | prefix: ""         | 22 | redis.prefix         | not ''
                    timeout: 20ms     | timeout: 1m        | 22 | redis.timeout        | 1ms to 10s
                    """)
    void namesTheLineAndTheKeyOfDelivery(String old, String now, int line, String path, String says)
            throws IOException {
        String text = WHOLE.replace(old, now);
        assertFalse(text.equals(WHOLE), "nothing was replaced");
        refused(text, line, path, says);
    }

    @Test
    void aChainHasTwentyElementsAtMostAndAnUpstreamAHundredKeys() throws IOException {
        String many = "openai/m%d, ".repeat(21).formatted((Object[]) numbers(21));
        refused(WHOLE.replace("openai/m,", many), 13, "models.fast.chain", "1 to 20; it has 22");
        refused(WHOLE.replace("sk-2", "k, ".repeat(100)), 5, "upstreams.openai.keys", "has 101");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "server:\ncache: {}\nprices:\nmodels: {}\n",
                "\uFEFFserver: {}\n",
                "%YAML 1.2\n---\nserver: {}\r\n...\n"
            })
    void hasADefaultForEverything(String text) throws IOException {
        Config standard = Config.proxyTo(URI.create("http://h/v1"), Optional.empty());
        Config config = load(text);
        assertTrue(config.upstreams().isEmpty());
        assertEquals(
                standard.withSources(Sources.NONE),
                config.withUpstreams(standard.upstreams()).withSources(Sources.NONE));
    }

    @Test
    void withoutUpstreamsTheOneOfTheCommandLineCanBeNamed() throws IOException {
        assertEquals(
                Map.of("fast", ModelRoute.of("default/m")),
                load("models: { fast: { chain: [default/m] } }").models());
        refused("models: { fast: { chain: [openai/m] } }", 1, "models.fast.chain[0]", "default");
    }

    @Test
    void takesAnAliasForWhatItStandsFor() throws IOException {
        String text = GOOD.replace("m-1: {", "m-1: &p {").replace("{ input: 1, output: 2 }", "*p");
        assertEquals(load(text).prices().get("m-1"), load(text).prices().get("m-2"));
    }

    /** What is replaced in the good file, by what, and what the error says. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    ttl: 30s          | tll: 30s           | 11 | cache.tll            | did you mean ttl? (known: mode, max, ttl)
                    limits:           | limit:             | 13 | limit                | did you mean limits?
                    protocol: openai  | protokoll: openai  | 4  | upstreams.openai.protokoll | did you mean protocol?
                    ttl: 30s          | ttl: soon          | 11 | cache.ttl            | a duration of 1s to 365d, as in 30s, 5m, 1h or 1d, not soon
                    ttl: 30s          | ttl: 999ms         | 11 | cache.ttl            | not 999ms
                    ttl: 30s          | ttl:               | 11 | cache.ttl            | has no value; it must be a duration
                    ttl: 30s          | ttl: [30s]         | 11 | cache.ttl            | not a list
                    ttl: 30s          | ttl: {s: 30}       | 11 | cache.ttl            | not a mapping
                    max: 128MB        | max: -1MB          | 11 | cache.max            | a size of 1MB or more, as in 512KB, 64MB or 1GB, not -1MB
                    max: 128MB        | max: 0             | 11 | cache.max            | not 0
                    mode: all         | mode: ALL          | 11 | cache.mode           | one of deterministic, all, off, not ALL
                    protocol: openai  | protocol: smoke    | 4  | upstreams.openai.protocol | one of openai, anthropic, not smoke
                    port: 9000        | port: 65536        | 1  | server.port          | from 0 to 65535, not 65536
                    port: 9000        | port: 9e3          | 1  | server.port          | not 9e3
                    port: 9000        | port: "${WHERE}"   | 1  | server.port          | not ${WHERE}
                    port: 9000        | port: "${NOPE}"    | 1  | server.port          | the environment variable NOPE is not set
                    port: 9000        | port: "${NO PE}"   | 1  | server.port          | ${ must be followed by
                    port: 9000        | port: "${KEY"      | 1  | server.port          | ${ must be followed by
                    host: 0.0.0.0     | host: "http://me"  | 1  | server.host          | not http://me
                    host: 0.0.0.0     | host: ""           | 1  | server.host          | not ''
                    host: 0.0.0.0     | host: "h:80"       | 1  | server.host          | not h:80
                    [a.example, b]    | a.example          | 1  | server.hosts         | must be a list of 0 to 100, each a host name
                    [a.example, b]    |                    | 1  | server.hosts         | must be a list of
                    [a.example, b]    | [a.example, "b:1"] | 1  | server.hosts[1]      | not b:1
                    [a.example, b]    | [[b]]              | 1  | server.hosts[0]      | not a list
                    data: ./${WHERE}/data | data: ""       | 2  | data                 | the path of a directory
                    data: ./${WHERE}/data | data: "\\0"    | 2  | data                 | the path of a directory
                    https://api.openai.com/v1 | not a url  | 4  | upstreams.openai.url | not not a url
                    https://api.openai.com/v1 | https://h  | 4  | upstreams.openai.url | a path that ends in /v1
                    https://api.openai.com/v1 | ${NOPE}/v1 | 4  | upstreams.openai.url | NOPE is not set
                    url: "http://10   | uri: "http://10    | 5  | upstreams.claude     | needs the key url
                    ["${KEY}"]        | []                 | 4  | upstreams.openai.keys | a list of 1 to 100; it is empty
                    ["${KEY}"]        | "${KEY}"           | 4  | upstreams.openai.keys | a list of 1 to 100, each 1 to 4,096 visible
                    ["${KEY}"]        | ["${BAD}"]         | 4  | upstreams.openai.keys[0] | visible ASCII
                    ["${KEY}"]        | ["${NESTED} "]     | 4  | upstreams.openai.keys[0] | visible ASCII
                    ["${KEY}"]        | [{a: b}]           | 4  | upstreams.openai.keys[0] | not a mapping
                    [openai/gpt-4o-mini] | [gpt-4o-mini]   | 7  | models.fast.chain[0] | a slash
                    [openai/gpt-4o-mini] | [opanai/m]      | 7  | models.fast.chain[0] | one of openai, claude, not opanai/m
                    chain: [openai/gpt-4o-mini] |          | 7  | models.fast          | needs the key chain
                    input: 0.15       | input: -0.15       | 9  | prices.m-1.input     | 0 or more, in US dollars per million tokens, not -0.15
                    input: 0.15       | input: .nan        | 9  | prices.m-1.input     | not .nan
                    input: 0.15       | input: NaN         | 9  | prices.m-1.input     | not NaN
                    input: 0.15       | input: .inf        | 9  | prices.m-1.input     | not .inf
                    input: 0.15       | input: 1e999       | 9  | prices.m-1.input     | not 1e999
                    input: 0.15       | input: 1d          | 9  | prices.m-1.input     | not 1d
                    input: 1, output: 2 | input: 1         | 10 | prices.m-2           | needs the key output
                    m-2: {            | "m 2": {           | 10 | prices.m 2           | is not a name that can be used
                    claude: {         | cla/ude: {         | 5  | upstreams.cla/ude    | is not a name that can be used
                    claude: {         | openai: {          | 5  | upstreams.openai     | is there already, in line 4
                    cache: {          | cache: { ttl: 5s,  | 11 | cache.ttl            | is there already, in line 11
                    batch-items: 10   | batch-items: 2049  | 12 | embeddings.batch-items | from 1 to 2048, not 2049
                    batch-wait: 500us | batch-wait: 2s     | 12 | embeddings.batch-wait | a duration of 0 to 1s
                    body: 32MB        | body: 1023         | 13 | limits.body          | a size of 1KB to 1GB
                    in-flight: 1GB    | in-flight: 512KB   | 13 | limits.in-flight     | a size of 1MB or more
                    in-flight: 1GB    | in-flight: 31MB    | 13 | limits.in-flight     | at least limits.body, which is 32MB
                    32MB, in-flight: 1GB | 256MB           | 13 | limits.body          | at most limits.in-flight, which is 192MB
                    idle: 3m          | idle: 25h          | 14 | timeouts.idle        | a duration of 1ms to 1d
                    idle: 3m          | [idle]: 3m         | 14 | timeouts             | a key must be a plain word
                    server: {         | server: { {        | 2  |                      | from line 1)
                    timeouts: {       | timeouts {         | 14 |                      | not valid YAML
                    input: 1          | input: *nobody     | 10 |                      | not valid YAML
                    """)
    void namesTheLineAndTheKey(String old, String now, int line, String path, String says)
            throws IOException {
        String text = GOOD.replace(old, now == null ? "" : now);
        assertFalse(text.equals(GOOD), "nothing was replaced");
        refused(text, line, path == null ? "" : path, says);
    }

    @ParameterizedTest
    @EnumSource
    void refusesAnUnknownKeyInEverySection(Keys section) throws IOException {
        var text = new StringBuilder();
        String indent = "";
        for (String name : section.path().split("\\.", -1)) {
            text.append(name.isEmpty() ? "" : indent + name + ":\n");
            indent += name.isEmpty() ? "" : "  ";
        }
        text.append(indent).append("nonsense: 1\n");
        String path = section.path() + (section == Keys.FILE ? "" : ".") + "nonsense";
        int line = (int) text.toString().lines().count();
        String known = "(known: " + String.join(", ", section.known()) + ")";
        refused(text.toString(), line, path, "is not a key here " + known);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    ''              | 0 | the file is empty
                    '# nothing'     | 0 | the file is empty
                    '- server'      | 1 | must be a mapping of keys to values, not a list
                    'server'        | 1 | must be a mapping of keys to values, not a single value
                    """)
    void wantsAMappingAtTheTop(String text, int line, String says) throws IOException {
        refused(text, line, "", says);
    }

    @Test
    void saysOnlyOnceThatAValueIsOfTheWrongType() throws IOException {
        assertEquals(1, problems("upstreams: []").size());
        assertEquals(1, problems("upstreams: { a: x }").size());
        assertEquals(1, problems("upstreams: { a: }").size());
        assertEquals(1, problems("models: { a: x }").size());
        assertEquals(1, problems("prices: { a: [] }").size());
    }

    /** Each of these met an error of the YAML library's that is none of its own kind. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "%YAML 99999999999.1\n---\na: b",
                "%YAML 1.99999999999\n---\na: b",
                "%YAML 9.9\n---\na: b",
                "a: \"\\UFFFFFFFF\"",
                "a: \"\\uD800\"",
                "a: !<%ZZ> b",
                "a: !%FF b",
                "%TAG ! !\n%TAG ! !\n---\na: b",
                "a: |99999999999\n b",
                "a: !!binary x",
                "? a",
                "*a",
                "&a",
                "!!null",
                "%"
            })
    void refusesOddYaml(String text) throws IOException {
        assertEquals(1, problems(text).size());
    }

    @Test
    void wantsOneDocument() throws IOException {
        refused("server: {}\n---\nserver: {}\n", 2, "", "single document");
    }

    @Test
    void wantsAnUpstreamWhereThereAreUpstreams() throws IOException {
        refused("upstreams: {}", 1, "upstreams", "at least one");
        refused("data: d\nupstreams:\n", 2, "upstreams", "at least one");
    }

    @Test
    void tellsEverythingThatIsWrongInTheOrderOfTheLines() throws IOException {
        String text =
                GOOD.replace("port: 9000", "port: x")
                        .replace("https://api", "ftp://api")
                        .replace("openai/gpt", "nobody/gpt")
                        .replace("limits:", "limit:")
                        .replace("idle:", "idol:");
        var problems = problems(text);
        assertEquals(
                List.of(
                        "server.port",
                        "upstreams.openai.url",
                        "models.fast.chain[0]",
                        "limit",
                        "timeouts.idol"),
                problems.stream().map(ConfigException.Problem::path).toList());
        assertEquals(
                List.of(1, 4, 7, 13, 14),
                problems.stream().map(ConfigException.Problem::line).toList());
    }

    @Test
    void aMessageIsOneLineForEachProblem() throws IOException {
        Path file = write("server:\n  port: x\n  hst: y\n");
        var e = assertThrows(ConfigException.class, () -> ConfigFile.load(file, this::variable));
        List<String> lines = e.getMessage().lines().toList();
        assertEquals(2, lines.size(), e.getMessage());
        assertTrue(lines.getFirst().startsWith(file + ":2: server.port: must be "), e.getMessage());
        assertTrue(lines.getLast().startsWith(file + ":3: server.hst: is not "), e.getMessage());
    }

    @Test
    void showsNoSecret() throws IOException {
        String bad =
                """
                server: { host: "${BAD}", port: "${KEY}", "x": "${KEY}" }
                data: "${KEY}${NOPE}"
                upstreams:
                  a: { url: "${KEY}", protocol: "${KEY}", keys: ["sk secret"] }
                  b: { url: "http://me:sk-secret@host/v1", keys: [sk-secret, sk-secret] }
                  c: { url: "http://host/v1?key=sk-secret", keys: sk-secret }
                  d: { url: "${KEY}://host/v1", keys: ["${KEY"] }
                models: { m: { chain: ["${KEY}/m"] } }
                prices: { m: { input: "${KEY}", output: "1${KEY}" } }
                cache: { mode: "${KEY}", max: "${KEY}", ttl: "1${KEY}" }
                redis: { url: "http://:sk-secret@host", secret: "sk secret", prefix: "${KEY}!" }
                """;
        var problems = problems(bad);
        assertEquals(21, problems.size(), problems.toString());
        String text = problems.toString().replace("path=redis.secret", "");
        assertFalse(text.contains("secret"), text);
    }

    @Test
    void showsAValueAsOneShortLine() throws IOException {
        String text = "server: { port: \"a\\n\\e[31m\\u202E" + "b".repeat(10_000) + "\" }";
        String message = problems(text).getFirst().message();
        assertTrue(message.length() < 200, message);
        assertFalse(message.matches("(?s).*[\\n\\x1b\\u202e].*"), message);
    }

    @Test
    void isNotFooledByBombs() throws IOException {
        refused("server: " + "[".repeat(500_000), 1, "", "more than 32 levels of nesting");
        refused("a:\n ".repeat(1) + "- ".repeat(500_000), 2, "", "more than 32 levels");
        refused("x: &a [a]\ny: [" + "*a, ".repeat(101) + "]", 2, "", "more than 100 aliases");
        String laughs =
                "a: &a {"
                        + "x%d: 1, ".repeat(20).formatted((Object[]) numbers(20))
                        + "}\nupstreams: {"
                        + "u%d: *a, ".repeat(90).formatted((Object[]) numbers(90))
                        + "}";
        var problems = problems(laughs);
        assertEquals(Problems.MOST + 1, problems.size());
        assertTrue(problems.getLast().message().contains("not listed"));
        refused("a: &a { b: *a }", 1, "a", "is not a key here");
        refused("upstreams: &a { b: *a }", 1, "upstreams.b.b", "is not a key here");
    }

    /** Where a pattern took quadratic time, this would not end. */
    @ParameterizedTest
    @ValueSource(strings = {"9", "/", "${", "a.", ":", "//@", "1."})
    void hugeValuesAreShortWork(String value) throws IOException {
        String big = value.repeat(200_000 / value.length());
        for (String text :
                List.of(
                        "server: { host: '%s' }",
                        "upstreams: { a: { url: '%s', keys: ['%<s'] } }",
                        "prices: { m: { input: '%s', output: 1 } }",
                        "models: { m: { chain: ['%s'] } }")) {
            assertFalse(problems(text.formatted(big)).isEmpty());
        }
    }

    @Test
    void hugeKeysAreShortWork() throws IOException {
        String message = problems("? '" + "a".repeat(300_000) + "'\n: 1\n").toString();
        assertTrue(message.length() < 1_000, message);
    }

    @Test
    void refusesWhatIsNoText() throws IOException {
        Path file = folder.resolve("x.yaml");
        Files.write(file, new byte[] {'a', ':', '\n', 'b', (byte) 0xC3, '\n'});
        refused(file, 2, "", "UTF-8");
        Files.write(file, "server: {}".getBytes(StandardCharsets.UTF_16));
        refused(file, 1, "", "UTF-8");
        Files.write(file, new byte[] {'a', '\n', (byte) 0xC3});
        refused(file, 2, "", "UTF-8");
        refused("a: 1\nb: \u0007\n", 2, "", "U+0007");
    }

    @Test
    void refusesAFileThatCannotBeRead() throws IOException {
        refused(folder.resolve("none.yaml"), 0, "", "there is no such file");
        refused(folder, 0, "", "is a directory");
        refused("#".repeat(ConfigFile.MAX_BYTES) + "\n", 0, "", "larger than 1MB");
        String full = "data: d #" + "#".repeat(ConfigFile.MAX_BYTES - 9);
        assertEquals(Optional.of(Path.of("d")), load(full).data());
    }

    @Test
    void whateverIsInAFileIsAConfigurationOrAnError() throws IOException {
        long seed = 20260102;
        var random = new Random(seed);
        int good = 0;
        for (int i = 0; i < 2_000; i++) {
            byte[] bytes = Mutation.of(i % 2 == 0 ? GOOD : WHOLE, random);
            Path file = folder.resolve("fuzz.yaml");
            Files.write(file, bytes);
            try {
                ConfigFile.load(file, this::variable);
                good++;
            } catch (ConfigException e) {
                assertFalse(e.problems().isEmpty());
                assertFalse(e.getMessage().contains("sk-secret"), e.getMessage());
            } catch (RuntimeException | StackOverflowError e) {
                String text = new String(bytes, StandardCharsets.ISO_8859_1);
                throw new AssertionError("case " + i + " of seed " + seed + ":\n" + text, e);
            }
        }
        assertTrue(good > 20 && good < 1_900, good + " of 2000 were good: these prove little");
    }

    private static Integer[] numbers(int count) {
        var all = new Integer[count];
        for (int i = 0; i < count; i++) {
            all[i] = i;
        }
        return all;
    }

    private Optional<String> variable(String name) {
        return Optional.ofNullable(ENVIRONMENT.get(name));
    }

    private Path write(String text) throws IOException {
        return Files.writeString(folder.resolve("vivace.yaml"), text);
    }

    private Config load(String text) throws IOException {
        return ConfigFile.load(write(text), this::variable);
    }

    private List<ConfigException.Problem> problems(String text) throws IOException {
        Path file = write(text);
        return assertThrows(ConfigException.class, () -> ConfigFile.load(file, this::variable))
                .problems();
    }

    private void refused(String text, int line, String path, String says) throws IOException {
        refused(write(text), line, path, says);
    }

    private void refused(Path file, int line, String path, String says) {
        var e = assertThrows(ConfigException.class, () -> ConfigFile.load(file, this::variable));
        assertTrue(
                e.problems().stream()
                        .anyMatch(problem ->
                                problem.line() == line
                                        && problem.path().equals(path)
                                        && problem.message().contains(says)),
                () -> "no line " + line + ", " + path + ", " + says + " in: " + e.getMessage());
        assertTrue(e.getMessage().startsWith(file.toString()), e.getMessage());
    }
}
