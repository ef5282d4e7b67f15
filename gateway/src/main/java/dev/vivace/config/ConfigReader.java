package dev.vivace.config;

import dev.vivace.config.Config.Cache;
import dev.vivace.config.Config.Embeddings;
import dev.vivace.config.Config.Limits;
import dev.vivace.config.Config.Server;
import dev.vivace.config.Config.Timeouts;
import dev.vivace.ledger.Price;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Builds a {@link Config} from a file's root. What the file leaves out has its default. */
final class ConfigReader {
    private ConfigReader() {}

    /**
     * @throws ConfigException with everything that is wrong
     */
    static Config read(Entry root) {
        Section file = root.section(Keys.FILE);
        var config = new ConfigBuilder();
        config.server(server(file.section("server", Keys.SERVER)));
        config.data(file.find("data", Config.DATA));
        Timeouts timeouts = timeouts(file.section("timeouts", Keys.TIMEOUTS), Timeouts.DEFAULT);
        config.timeouts(timeouts);
        var named = children(file, "upstreams");
        if (named.isEmpty()) {
            file.find("upstreams")
                    .filter(Entry::mayHaveChildren)
                    .ifPresent(entry -> entry.problem("needs at least one upstream"));
        }
        config.upstreams(
                new LinkedHashMap<>(
                        collect(
                                named,
                                Config.UPSTREAM_NAME,
                                entry -> DeliveryReader.upstream(entry, timeouts))));
        config.models(
                collect(
                        children(file, "models"),
                        Config.MODEL_NAME,
                        entry -> DeliveryReader.route(entry, named.keySet())));
        config.prices(collect(children(file, "prices"), Config.MODEL_NAME, ConfigReader::price));
        config.cache(cache(file.section("cache", Keys.CACHE)));
        config.embeddings(embeddings(file.section("embeddings", Keys.EMBEDDINGS)));
        config.limits(limits(file.section("limits", Keys.LIMITS)));
        config.retries(DeliveryReader.retries(file.section("retries", Keys.RETRIES)));
        config.breaker(DeliveryReader.breaker(file.section("breaker", Keys.BREAKER)));
        config.concurrency(
                DeliveryReader.concurrency(file.section("concurrency", Keys.CONCURRENCY)));
        config.tenants(
                collect(children(file, "tenants"), Rules.TENANT, DeliveryReader::tenantLimits));
        config.redis(file.find("redis").flatMap(ConfigReader::redis));
        config.tools(tools(file.section("tools", Keys.TOOLS)));
        config.mcp(toolServers(children(file, "mcp")));
        root.problems().throwIfAny();
        return config.build();
    }

    private static Map<String, ToolServer> toolServers(Map<String, Entry> named) {
        named.forEach((name, entry) ->
                ToolServer.clash(name, named.keySet())
                        .ifPresent(other ->
                                entry.problem(
                                        "begins with the name of the server "
                                                + other
                                                + " and '_', so that a tool of both could have the same name; "
                                                + name.replace('_', '-')
                                                + " would not")));
        return collect(named, ToolServer.NAME, ToolServerReader::read);
    }

    private static Map<String, Entry> children(Section file, String key) {
        return file.find(key).map(Entry::children).orElse(Map.of());
    }

    private static <T> Map<String, T> collect(
            Map<String, Entry> entries, Rule<String> names, Function<Entry, Optional<T>> reader) {
        var all = new LinkedHashMap<String, T>();
        entries.forEach((name, entry) -> {
            if (names.read(name).isEmpty()) {
                entry.problem("is not a name that can be used; it must be " + names.expected());
            }
            reader.apply(entry).ifPresent(value -> all.put(name, value));
        });
        return all;
    }

    private static Server server(Section section) {
        var standard = Server.DEFAULT;
        return new Server(
                section.get("host", Server.HOST, standard.host()),
                section.get("port", Server.PORT, standard.port()),
                section.all("hosts", Server.HOST),
                section.get("region", Rules.REGION, standard.region()),
                section.get("notice", Server.NOTICE, standard.notice()),
                section.get("grace", Server.GRACE, standard.grace()),
                section.get("connections", Server.CONNECTIONS, standard.connections()));
    }

    /** Cached tokens cost what others do unless the file says otherwise. */
    private static Optional<Price> price(Entry entry) {
        Section section = entry.section(Keys.PRICE);
        var input = section.require("input", Config.PRICE);
        var cached = section.find("cached", Config.PRICE).or(() -> input);
        var output = section.require("output", Config.PRICE);
        return input.flatMap(
                in -> cached.flatMap(known -> output.map(out -> new Price(in, known, out))));
    }

    private static Cache cache(Section section) {
        var standard = Cache.DEFAULT;
        return new Cache(
                section.get("mode", Cache.MODE, standard.mode()),
                section.get("max", Cache.MAX, standard.maxBytes()),
                section.get("ttl", Cache.TTL, standard.ttl()));
    }

    private static ToolSelection tools(Section section) {
        var standard = ToolSelection.DEFAULT;
        return new ToolSelection(
                section.get("selection", ToolSelection.MODE, standard.mode()),
                section.get("whole", ToolSelection.WHOLE, standard.whole()));
    }

    private static Embeddings embeddings(Section section) {
        var standard = Embeddings.DEFAULT;
        return new Embeddings(
                section.get("batch-items", Embeddings.ITEMS, standard.batchItems()),
                section.get("batch-tokens", Embeddings.TOKENS, standard.batchTokens()),
                section.get("batch-wait", Embeddings.WAIT, standard.batchWait()));
    }

    private static Limits limits(Section section) {
        var standard = Limits.DEFAULT;
        long body = section.get("body", Limits.BODY, standard.bodyBytes());
        long inFlight = section.get("in-flight", Limits.IN_FLIGHT, standard.inFlightBytes());
        int messages = section.get("messages", Limits.MESSAGES, standard.messages());
        if (inFlight >= body) {
            return new Limits(body, inFlight, messages);
        }
        section.find("in-flight")
                .ifPresentOrElse(
                        entry ->
                                entry.problem(
                                        "must be at least limits.body, which is "
                                                + Units.printBytes(body)),
                        () ->
                                section.find("body")
                                        .ifPresent(entry ->
                                                entry.problem(
                                                        "must be at most limits.in-flight, which is "
                                                                + Units.printBytes(inFlight))));
        return standard;
    }

    static Timeouts timeouts(Section section, Timeouts standard) {
        return new Timeouts(
                section.get("connect", Timeouts.RANGE, standard.connect()),
                section.get("first-byte", Timeouts.RANGE, standard.firstByte()),
                section.get("idle", Timeouts.RANGE, standard.idle()));
    }

    private static Optional<RedisOptions> redis(Entry entry) {
        Section section = entry.section(Keys.REDIS);
        var url = section.require("url", RedisOptions.URL);
        var timeout = section.get("timeout", RedisOptions.TIMEOUT, RedisOptions.DEFAULT_TIMEOUT);
        var prefix = section.get("prefix", RedisOptions.PREFIX, RedisOptions.DEFAULT_PREFIX);
        var secret = section.find("secret", RedisOptions.SECRET);
        return url.map(where -> new RedisOptions(where, timeout, prefix, secret));
    }
}
