package dev.vivace.config;

import java.net.URI;
import java.time.Duration;
import java.util.Optional;

/**
 * What replicas share.
 *
 * @param url of a Redis or Valkey server, {@code redis} or {@code rediss}; a password may stand in
 *     it, so that it is shown nowhere
 * @param timeout how long a call waits for it before it goes on without, 1 ms to 10 s; 50 ms by
 *     default
 * @param prefix of every key there, 1 to 64 letters, digits, {@code . _ : -}; {@code vivace} by
 *     default
 * @param secret what replicas must have in common to share answers; empty: one made of the URL and
 *     the prefix, which must then be written alike everywhere
 */
public record RedisOptions(URI url, Duration timeout, String prefix, Optional<String> secret) {
    static final Rule<URI> URL = Rule.redis();
    static final Rule<Duration> TIMEOUT =
            Rule.duration(Duration.ofMillis(1), Duration.ofSeconds(10));
    static final Rule<String> PREFIX =
            Rule.text("1 to 64 letters, digits, '.', '_', ':' or '-'", "[A-Za-z0-9._:-]{1,64}");
    static final Rule<String> SECRET = Rule.credential();

    public static final Duration DEFAULT_TIMEOUT = Duration.ofMillis(50);
    public static final String DEFAULT_PREFIX = "vivace";

    /**
     * @throws IllegalArgumentException naming what is out of range
     */
    public RedisOptions {
        URL.require("redis.url", url);
        TIMEOUT.require("redis.timeout", timeout);
        PREFIX.require("redis.prefix", prefix);
        secret.ifPresent(text -> SECRET.require("redis.secret", text));
    }

    /** Host and port, for people. */
    public String address() {
        return url.getHost() + ":" + (url.getPort() < 0 ? 6379 : url.getPort());
    }

    /** Without secrets, so that none gets into a log. */
    @Override
    public String toString() {
        return "RedisOptions[" + address() + ", timeout=" + timeout + ", prefix=" + prefix + "]";
    }
}
