package dev.vivace.config;

import dev.vivace.ledger.Price;
import dev.vivace.ledger.Prices;
import dev.vivace.limit.Rates;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import tools.jackson.core.JsonGenerator;

/**
 * The effective configuration for an operator: {@code file} is where it was read, {@code config}
 * has every key as a file would, defaults included, and {@code sources} says of each whether it is
 * the {@code default}, from the {@code file} or from a {@code flag}.
 *
 * <p>No secret is in it: a key is {@code ***}, or the name of the variable that holds it; what the
 * file writes with variables is shown as the file writes it.
 */
public final class ConfigJson {
    private static final String MASK = "***";

    private final Config config;
    private final SettingsWriter to;

    private ConfigJson(Config config, SettingsWriter to) {
        this.config = config;
        this.to = to;
    }

    /**
     * Writes one object.
     *
     * @param prices all that apply, the built-in ones included
     */
    public static void write(Config config, Prices prices, JsonGenerator to) {
        write(config, prices, Optional.empty(), to);
    }

    /**
     * Likewise, with what became of the file's last change as {@code reload}, which is null if
     * there was none.
     */
    public static void write(
            Config config, Prices prices, Optional<Reload> reload, JsonGenerator to) {
        to.writeStartObject();
        config.sources()
                .file()
                .ifPresentOrElse(
                        file ->
                                to.writeStringProperty(
                                        "file", file.toAbsolutePath().normalize().toString()),
                        () -> to.writeNullProperty("file"));
        var settings = new SettingsWriter(config.sources(), to);
        to.writeObjectPropertyStart("config");
        new ConfigJson(config, settings).sections(prices);
        to.writeEndObject();
        to.writeObjectPropertyStart("sources");
        settings.origins().forEach(to::writeStringProperty);
        to.writeEndObject();
        reload.ifPresentOrElse(last -> reload(last, to), () -> to.writeNullProperty("reload"));
        to.writeEndObject();
    }

    private static void reload(Reload last, JsonGenerator to) {
        to.writeObjectPropertyStart("reload");
        to.writeStringProperty("at", last.at().toString());
        to.writeBooleanProperty("applied", last.applied());
        to.writeArrayPropertyStart("problems");
        for (ConfigException.Problem problem : last.problems()) {
            to.writeStartObject();
            to.writeNumberProperty("line", problem.line());
            to.writeStringProperty("path", problem.path());
            to.writeStringProperty("message", problem.message());
            to.writeEndObject();
        }
        to.writeEndArray();
        to.writeEndObject();
    }

    private void sections(Prices prices) {
        server();
        to.text("data", config.data().map(Path::toString));
        upstreams();
        models();
        prices(prices);
        cache();
        embeddings();
        limits();
        to.begin("timeouts");
        timeouts(config.timeouts());
        to.end();
        retries();
        breaker();
        concurrency();
        tenants();
        config.redis().ifPresentOrElse(this::redis, () -> to.none("redis"));
        tools();
        mcp();
    }

    private void server() {
        Config.Server server = config.server();
        to.begin("server")
                .text("host", server.host())
                .number("port", server.port())
                .texts("hosts", server.hosts())
                .text("region", server.region())
                .text("notice", Units.printDuration(server.notice()))
                .text("grace", Units.printDuration(server.grace()))
                .number("connections", server.connections())
                .end();
    }

    private void upstreams() {
        to.begin("upstreams");
        config.upstreams()
                .forEach((name, upstream) -> {
                    to.begin(name)
                            .text("url", upstream.url().toString())
                            .text("protocol", Units.printChoice(upstream.protocol()))
                            .texts("keys", Collections.nCopies(upstream.keys().size(), MASK))
                            .number("weight", upstream.weight())
                            .text("region", upstream.region());
                    rates(upstream.rates());
                    to.begin("timeouts");
                    timeouts(upstream.timeouts().orElse(config.timeouts()));
                    to.end();
                    to.end();
                });
        to.end();
    }

    private void models() {
        to.begin("models");
        config.models()
                .forEach((name, route) ->
                        to.begin(name)
                                .texts("chain", route.chain())
                                .text("balance", Units.printChoice(route.balance()))
                                .text("larger", route.larger())
                                .end());
        to.end();
    }

    private void prices(Prices prices) {
        to.begin("prices");
        for (String model : prices.models()) {
            Price price = prices.of(model).orElseThrow();
            to.begin(model)
                    .number("input", price.input())
                    .number("cached", price.cached())
                    .number("output", price.output())
                    .end();
        }
        to.end();
    }

    private void cache() {
        to.begin("cache")
                .text("mode", Units.printChoice(config.cache().mode()))
                .text("max", Units.printBytes(config.cache().maxBytes()))
                .text("ttl", Units.printDuration(config.cache().ttl()))
                .end();
    }

    private void embeddings() {
        to.begin("embeddings")
                .number("batch-items", config.embeddings().batchItems())
                .number("batch-tokens", config.embeddings().batchTokens())
                .text("batch-wait", Units.printDuration(config.embeddings().batchWait()))
                .end();
    }

    private void limits() {
        to.begin("limits")
                .text("body", Units.printBytes(config.limits().bodyBytes()))
                .text("in-flight", Units.printBytes(config.limits().inFlightBytes()))
                .number("messages", config.limits().messages())
                .end();
    }

    private void timeouts(Config.Timeouts timeouts) {
        to.text("connect", Units.printDuration(timeouts.connect()))
                .text("first-byte", Units.printDuration(timeouts.firstByte()))
                .text("idle", Units.printDuration(timeouts.idle()));
    }

    private void retries() {
        to.begin("retries")
                .number("attempts", config.retries().attempts())
                .text("budget", Units.printShare(config.retries().budget()))
                .number("floor", config.retries().floor())
                .text("base", Units.printDuration(config.retries().base()))
                .text("max-wait", Units.printDuration(config.retries().maxWait()))
                .text("hedge", Units.printSwitch(config.retries().hedge()))
                .end();
    }

    private void breaker() {
        to.begin("breaker")
                .text("mode", Units.printSwitch(config.breaker().on()))
                .text("window", Units.printDuration(config.breaker().window()))
                .number("min-calls", config.breaker().minCalls())
                .text("failure-rate", Units.printShare(config.breaker().failureRate()))
                .text("open", Units.printDuration(config.breaker().open()))
                .number("probes", config.breaker().probes())
                .end();
    }

    private void concurrency() {
        to.begin("concurrency")
                .text("mode", Units.printChoice(config.concurrency().mode()))
                .number("max", config.concurrency().max())
                .number("queue", config.concurrency().queue())
                .text("queue-wait", Units.printDuration(config.concurrency().queueWait()))
                .end();
    }

    private void tenants() {
        to.begin("tenants");
        config.tenants()
                .forEach((name, limits) -> {
                    to.begin(name);
                    rates(limits.rates());
                    dollars("budget-day", limits.budget().day());
                    dollars("budget-month", limits.budget().month());
                    to.end();
                });
        to.end();
    }

    /** Of the URL only what is no secret. */
    private void redis(RedisOptions redis) {
        to.begin("redis")
                .text("url", redis.url().getScheme() + "://" + redis.address())
                .text("timeout", Units.printDuration(redis.timeout()))
                .text("prefix", redis.prefix())
                .text("secret", redis.secret().map(text -> MASK))
                .end();
    }

    private void tools() {
        to.begin("tools")
                .text("selection", Units.printChoice(config.tools().mode()))
                .number("whole", config.tools().whole())
                .end();
    }

    /** Values in environments and headers are secrets more often than not; arguments may be. */
    private void mcp() {
        to.begin("mcp");
        config.mcp()
                .forEach((name, server) -> {
                    to.begin(name);
                    switch (server) {
                        case ToolServer.Local local -> {
                            to.text("command", local.command())
                                    .texts("args", Collections.nCopies(local.args().size(), MASK));
                            masked("env", local.env());
                            to.none("url");
                            masked("headers", Map.of());
                        }
                        case ToolServer.Remote remote -> {
                            to.none("command").texts("args", List.of());
                            masked("env", Map.of());
                            to.address("url", remote.url());
                            masked("headers", remote.headers());
                        }
                    }
                    ToolServer.Terms terms = server.terms();
                    to.truth("trust", terms.trust())
                            .text("timeout", Units.printDuration(terms.timeout()))
                            .text("ttl", Units.printDuration(terms.ttl()));
                    if (terms.concurrency().isPresent()) {
                        to.number("concurrency", terms.concurrency().getAsInt());
                    } else {
                        to.none("concurrency");
                    }
                    perMinute("requests-per-minute", terms.perMinute());
                    to.end();
                });
        to.end();
    }

    private void masked(String key, Map<String, String> values) {
        to.begin(key);
        values.keySet().forEach(name -> to.text(name, MASK));
        to.end();
    }

    private void rates(Rates rates) {
        perMinute("requests-per-minute", rates.requests());
        perMinute("tokens-per-minute", rates.tokens());
    }

    private void perMinute(String key, OptionalLong limit) {
        if (limit.isPresent()) {
            to.number(key, limit.getAsLong());
        } else {
            to.none(key);
        }
    }

    private void dollars(String key, OptionalDouble limit) {
        if (limit.isPresent()) {
            to.number(key, limit.getAsDouble());
        } else {
            to.none(key);
        }
    }
}
