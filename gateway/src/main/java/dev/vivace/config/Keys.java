package dev.vivace.config;

import java.util.List;

/** Every key that a file may have, section by section. */
@SuppressWarnings("ImmutableEnumChecker") // the list is one by List.of
enum Keys {
    FILE(
            "",
            "server",
            "data",
            "upstreams",
            "models",
            "prices",
            "cache",
            "embeddings",
            "limits",
            "timeouts"),
    SERVER("server", "host", "port", "hosts"),
    UPSTREAM("upstreams.NAME", "url", "protocol", "keys"),
    MODEL("models.NAME", "chain"),
    PRICE("prices.MODEL", "input", "cached", "output"),
    CACHE("cache", "mode", "max", "ttl"),
    EMBEDDINGS("embeddings", "batch-items", "batch-tokens", "batch-wait"),
    LIMITS("limits", "body", "in-flight"),
    TIMEOUTS("timeouts", "connect", "first-byte", "idle");

    private final String path;
    private final List<String> known;

    Keys(String path, String... known) {
        this.path = path;
        this.known = List.of(known);
    }

    /** The section's own path, as the documentation writes it. */
    String path() {
        return path;
    }

    List<String> known() {
        return known;
    }
}
