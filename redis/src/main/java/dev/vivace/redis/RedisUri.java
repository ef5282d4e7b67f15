package dev.vivace.redis;

import io.lettuce.core.RedisURI;
import java.net.URI;
import java.time.Duration;

/** Where Redis is and with which credentials, of which nothing is ever shown. */
final class RedisUri {
    private static final int DEFAULT_PORT = 6379;

    private final URI uri;

    /**
     * @throws IllegalArgumentException naming what is wrong, without credentials
     */
    RedisUri(URI uri) {
        String scheme = uri.getScheme();
        if (!"redis".equals(scheme) && !"rediss".equals(scheme)) {
            throw new IllegalArgumentException(
                    "the URL of Redis must begin with redis:// or rediss://, not " + scheme);
        }
        if (uri.getHost() == null) {
            throw new IllegalArgumentException(
                    "the URL of Redis must name a host: " + scheme + "://host:port/database");
        }
        this.uri = uri;
        try {
            RedisURI.create(uri);
        } catch (RuntimeException e) {
            // Without the cause: it may quote the credentials.
            throw new IllegalArgumentException(
                    "the URL of Redis at " + shown() + " cannot be understood after its port");
        }
    }

    RedisURI forLettuce(Duration timeout) {
        RedisURI made = RedisURI.create(uri);
        made.setTimeout(timeout);
        return made;
    }

    /** Host and port. */
    String shown() {
        return uri.getHost() + ":" + (uri.getPort() < 0 ? DEFAULT_PORT : uri.getPort());
    }

    /** A text with what may be a secret taken out. */
    String without(String text) {
        String shown = text;
        String user = uri.getUserInfo();
        if (user != null && !user.isEmpty()) {
            String password = user.substring(user.indexOf(':') + 1);
            if (!password.isEmpty()) {
                shown = shown.replace(password, "***");
            }
        }
        return shown;
    }
}
