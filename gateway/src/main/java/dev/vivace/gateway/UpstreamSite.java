package dev.vivace.gateway;

import dev.vivace.answer.Header;
import dev.vivace.config.Config;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpConnectOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import java.net.ConnectException;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;

/** Where an upstream is and how it wants to be addressed; worked out once. */
final class UpstreamSite {
    private static final String V1 = "/v1";

    private final String host;
    private final int port;
    private final boolean tls;
    private final String prefix;
    private final List<Header> keys;

    UpstreamSite(Config.Upstream upstream) {
        URI url = upstream.url();
        tls = "https".equalsIgnoreCase(url.getScheme());
        host = url.getHost();
        port = url.getPort() > 0 ? url.getPort() : tls ? 443 : 80;
        String path = url.getPath().replaceAll("/+$", "");
        prefix = path.endsWith(V1) ? path.substring(0, path.length() - V1.length()) : path;
        keys =
                upstream.keys().stream()
                        .map(secret ->
                                upstream.protocol() == Config.Protocol.ANTHROPIC
                                        ? new Header("x-api-key", secret)
                                        : new Header("Authorization", "Bearer " + secret))
                        .toList();
    }

    /** For messages to people: the address without anything secret. */
    private String address() {
        return host + ":" + port;
    }

    /** The beginning of a sentence about it. */
    String called(String name) {
        return "The upstream " + name + " at " + address();
    }

    /** The rest of one that says why there is no connection. */
    static String unreachable(Throwable cause) {
        return switch (cause) {
            case UnknownHostException e -> "cannot be reached: its name is unknown";
            case Connections.AllBusy e -> "cannot be asked: " + e.getMessage();
            case ConnectException e -> "cannot be reached: it refuses connections";
            default -> "cannot be reached: no connection in time";
        };
    }

    HttpConnectOptions connectOptions(Duration patience) {
        return new HttpConnectOptions()
                .setHost(host)
                .setPort(port)
                .setSsl(tls)
                .setConnectTimeout((int) patience.toMillis());
    }

    RequestOptions options(String method, String path) {
        return new RequestOptions()
                .setHost(host)
                .setPort(port)
                .setMethod(HttpMethod.valueOf(method))
                .setURI(prefix.isEmpty() ? path : prefix + path);
    }

    /**
     * Adds the client's headers; its credential only where we have none of our own.
     *
     * @param key which of ours is used, if we have any
     */
    void headers(List<Header> from, MultiMap to, int key) {
        for (Header header : from) {
            if (keys.isEmpty() || !Credentials.is(header.name())) {
                to.add(header.name(), header.value());
            }
        }
        if (!keys.isEmpty()) {
            to.set(keys.get(key).name(), keys.get(key).value());
        }
    }
}
