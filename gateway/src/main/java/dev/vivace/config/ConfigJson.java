package dev.vivace.config;

import dev.vivace.ledger.Price;
import dev.vivace.ledger.Prices;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
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
    private final JsonGenerator to;
    private final Map<String, String> sources = new TreeMap<>();

    private ConfigJson(Config config, JsonGenerator to) {
        this.config = config;
        this.to = to;
    }

    /**
     * Writes one object.
     *
     * @param prices all that apply, the built-in ones included
     */
    public static void write(Config config, Prices prices, JsonGenerator to) {
        new ConfigJson(config, to).write(prices);
    }

    private void write(Prices prices) {
        to.writeStartObject();
        config.sources()
                .file()
                .ifPresentOrElse(
                        file ->
                                to.writeStringProperty(
                                        "file", file.toAbsolutePath().normalize().toString()),
                        () -> to.writeNullProperty("file"));
        to.writeObjectPropertyStart("config");
        server();
        config.data()
                .ifPresentOrElse(
                        path -> text("", "data", path.toString()),
                        () -> {
                            note("data");
                            to.writeNullProperty("data");
                        });
        upstreams();
        models();
        prices(prices);
        cache();
        embeddings();
        limits();
        timeouts();
        to.writeEndObject();
        to.writeObjectPropertyStart("sources");
        sources.forEach(to::writeStringProperty);
        to.writeEndObject();
        to.writeEndObject();
    }

    private void server() {
        to.writeObjectPropertyStart("server");
        text("server.", "host", config.server().host());
        number("server.", "port", config.server().port());
        note("server.hosts");
        texts("server.", "hosts", config.server().hosts());
        to.writeEndObject();
    }

    private void upstreams() {
        to.writeObjectPropertyStart("upstreams");
        config.upstreams()
                .forEach((name, upstream) -> {
                    String path = "upstreams." + name + ".";
                    to.writeObjectPropertyStart(name);
                    text(path, "url", upstream.url().toString());
                    text(path, "protocol", lower(upstream.protocol()));
                    note(path + "keys");
                    texts(path, "keys", upstream.key().map(secret -> MASK).stream().toList());
                    to.writeEndObject();
                });
        to.writeEndObject();
    }

    private void models() {
        to.writeObjectPropertyStart("models");
        config.models()
                .forEach((name, target) -> {
                    String path = "models." + name + ".";
                    to.writeObjectPropertyStart(name);
                    note(path + "chain");
                    texts(path, "chain", List.of(target));
                    to.writeEndObject();
                });
        to.writeEndObject();
    }

    private void prices(Prices prices) {
        to.writeObjectPropertyStart("prices");
        for (String model : prices.models()) {
            String path = "prices." + model + ".";
            Price price = prices.of(model).orElseThrow();
            to.writeObjectPropertyStart(model);
            price(path, "input", price.input());
            price(path, "cached", price.cached());
            price(path, "output", price.output());
            to.writeEndObject();
        }
        to.writeEndObject();
    }

    private void cache() {
        to.writeObjectPropertyStart("cache");
        text("cache.", "mode", lower(config.cache().mode()));
        text("cache.", "max", Units.printBytes(config.cache().maxBytes()));
        text("cache.", "ttl", Units.printDuration(config.cache().ttl()));
        to.writeEndObject();
    }

    private void embeddings() {
        Config.Embeddings gathering = config.embeddings();
        to.writeObjectPropertyStart("embeddings");
        number("embeddings.", "batch-items", gathering.batchItems());
        number("embeddings.", "batch-tokens", gathering.batchTokens());
        text("embeddings.", "batch-wait", Units.printDuration(gathering.batchWait()));
        to.writeEndObject();
    }

    private void limits() {
        to.writeObjectPropertyStart("limits");
        text("limits.", "body", Units.printBytes(config.limits().bodyBytes()));
        text("limits.", "in-flight", Units.printBytes(config.limits().inFlightBytes()));
        to.writeEndObject();
    }

    private void timeouts() {
        to.writeObjectPropertyStart("timeouts");
        text("timeouts.", "connect", Units.printDuration(config.timeouts().connect()));
        text("timeouts.", "first-byte", Units.printDuration(config.timeouts().firstByte()));
        text("timeouts.", "idle", Units.printDuration(config.timeouts().idle()));
        to.writeEndObject();
    }

    private void text(String path, String key, String value) {
        note(path + key);
        to.writeStringProperty(key, shown(path + key, value));
    }

    private void number(String path, String key, int value) {
        if (isWritten(path + key)) {
            text(path, key, "");
            return;
        }
        note(path + key);
        to.writeNumberProperty(key, value);
    }

    private void price(String path, String key, double value) {
        if (isWritten(path + key)) {
            text(path, key, "");
            return;
        }
        note(path + key);
        to.writeNumberProperty(key, value);
    }

    /** Its elements' sources are the list's. */
    private void texts(String path, String key, List<String> values) {
        to.writeArrayPropertyStart(key);
        for (int i = 0; i < values.size(); i++) {
            to.writeString(shown(path + key + "[" + i + "]", values.get(i)));
        }
        to.writeEndArray();
    }

    private boolean isWritten(String key) {
        return config.sources().variables().containsKey(key);
    }

    private String shown(String key, String value) {
        return Objects.requireNonNullElse(config.sources().variables().get(key), value);
    }

    private void note(String key) {
        sources.put(key, config.sources().of(key));
    }

    private static String lower(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
