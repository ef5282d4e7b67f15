package dev.vivace.config;

import dev.vivace.config.Config.Cache;
import dev.vivace.config.Config.Embeddings;
import dev.vivace.config.Config.Limits;
import dev.vivace.config.Config.Server;
import dev.vivace.config.Config.Timeouts;
import dev.vivace.config.Config.Upstream;
import dev.vivace.ledger.Price;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Builds a {@link Config} from a file's root. What the file leaves out has its default. */
final class ConfigReader {
    private ConfigReader() {}

    /**
     * @throws ConfigException with everything that is wrong
     */
    static Config read(Entry root) {
        Section file = root.section(Keys.FILE);
        Server server = server(file.section("server", Keys.SERVER));
        var data = file.find("data").flatMap(entry -> entry.read(Config.DATA));
        var named = children(file, "upstreams");
        if (named.isEmpty()) {
            file.find("upstreams")
                    .filter(Entry::mayHaveChildren)
                    .ifPresent(entry -> entry.problem("needs at least one upstream"));
        }
        var upstreams =
                new LinkedHashMap<>(collect(named, Config.UPSTREAM_NAME, ConfigReader::upstream));
        var models =
                collect(
                        children(file, "models"),
                        Config.MODEL_NAME,
                        entry -> target(entry, named.keySet()));
        var prices = collect(children(file, "prices"), Config.MODEL_NAME, ConfigReader::price);
        Cache cache = cache(file.section("cache", Keys.CACHE));
        Embeddings embeddings = embeddings(file.section("embeddings", Keys.EMBEDDINGS));
        Limits limits = limits(file.section("limits", Keys.LIMITS));
        Timeouts timeouts = timeouts(file.section("timeouts", Keys.TIMEOUTS));
        root.problems().throwIfAny();
        return new Config(
                server, data, upstreams, models, prices, cache, embeddings, limits, timeouts);
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
                section.find("hosts")
                        .map(hosts -> hosts.all(Server.HOST))
                        .orElse(standard.hosts()));
    }

    private static Optional<Upstream> upstream(Entry entry) {
        Section section = entry.section(Keys.UPSTREAM);
        var url = section.require("url", Upstream.URL);
        var protocol = section.get("protocol", Upstream.PROTOCOL, Config.Protocol.OPENAI);
        var key =
                section.find("keys")
                        .flatMap(keys -> keys.only("key", "rotation between keys"))
                        .flatMap(only -> only.read(Upstream.KEY));
        return url.map(base -> new Upstream(base, protocol, key));
    }

    /** A chain's only element, {@code upstream/model}. */
    private static Optional<String> target(Entry entry, Set<String> upstreams) {
        return entry.section(Keys.MODEL)
                .requireEntry("chain", "a list of one upstream/model")
                .flatMap(chain -> chain.only("upstream/model", "fallback to another"))
                .flatMap(only -> targetOf(only, upstreams));
    }

    private static Optional<String> targetOf(Entry only, Set<String> upstreams) {
        // Without upstreams in the file, the command line names the only one.
        Set<String> known = upstreams.isEmpty() ? Set.of(Config.DEFAULT_UPSTREAM) : upstreams;
        Optional<String> target = only.read(Config.TARGET);
        Optional<String> upstream = target.map(Config::upstreamOf);
        if (upstream.isPresent() && !known.contains(upstream.get())) {
            only.problem(
                    "must begin with the name of a configured upstream, one of "
                            + known.stream().limit(10).collect(Collectors.joining(", "))
                            + ", not "
                            + only.shown());
        }
        return target;
    }

    /** Cached tokens cost what others do unless the file says otherwise. */
    private static Optional<Price> price(Entry entry) {
        Section section = entry.section(Keys.PRICE);
        var input = section.require("input", Config.PRICE);
        var cached =
                section.find("cached").flatMap(value -> value.read(Config.PRICE)).or(() -> input);
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
        if (inFlight >= body) {
            return new Limits(body, inFlight);
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

    private static Timeouts timeouts(Section section) {
        var standard = Timeouts.DEFAULT;
        return new Timeouts(
                section.get("connect", Timeouts.RANGE, standard.connect()),
                section.get("first-byte", Timeouts.RANGE, standard.firstByte()),
                section.get("idle", Timeouts.RANGE, standard.idle()));
    }
}
