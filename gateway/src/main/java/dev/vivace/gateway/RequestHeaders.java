package dev.vivace.gateway;

import dev.vivace.answer.Header;
import dev.vivace.cache.CacheControl;
import dev.vivace.key.ClientKeys;
import dev.vivace.key.KeyJson;
import dev.vivace.key.Priority;
import io.vertx.core.MultiMap;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A request's headers, sorted into what goes on and what is ours.
 *
 * @param forward goes on to the upstream
 * @param control what was said to the cache
 * @param credential the client's own, as it was sent; empty if it sent none
 * @param clientKey the first of its credentials that says of itself that it is a key of ours
 * @param priority that it asks for
 */
record RequestHeaders(
        List<Header> forward,
        CacheControl control,
        Optional<String> credential,
        Optional<String> clientKey,
        Optional<Priority> priority) {
    private static final String BEARER = "Bearer ";

    /**
     * @param plain whether the upstream is to answer without compression, because the answer may be
     *     kept and served to others
     * @param closed whether clients show keys of ours: then no credential of theirs goes on
     * @throws IllegalArgumentException for a control header that has no meaning, with its name
     */
    static RequestHeaders of(MultiMap headers, boolean plain, boolean closed) {
        var forward = new ArrayList<Header>(HopByHop.USUAL_FIELDS);
        CacheControl control = CacheControl.NONE;
        Optional<String> credential = Optional.empty();
        Optional<String> clientKey = Optional.empty();
        Optional<Priority> priority = Optional.empty();
        String hops = HopByHop.options(headers);
        for (Map.Entry<String, String> header : headers) {
            String name = header.getKey().toLowerCase(Locale.ROOT);
            String value = header.getValue();
            if (name.startsWith("x-vivace-")) {
                if (name.equals("x-vivace-priority")) {
                    priority = Optional.of(priority(value));
                }
                control = control.header(name, value);
                continue;
            }
            switch (name) {
                case "host", "content-length", "expect" -> {
                    continue;
                }
                case "cache-control" -> control = control.header(name, value);
                case "accept-encoding" -> {
                    if (plain) {
                        continue;
                    }
                }
                default -> {
                    if (HopByHop.is(name, hops)) {
                        continue;
                    }
                }
            }
            if (Credentials.is(name)) {
                if (closed) {
                    clientKey = clientKey.or(() -> clientKey(name, value));
                    continue;
                }
                credential =
                        Optional.of(
                                credential.map(other -> other + '\n').orElse("")
                                        + name
                                        + ' '
                                        + value);
            }
            forward.add(new Header(header.getKey(), value));
        }
        if (plain) {
            forward.add(IDENTITY);
        }
        return new RequestHeaders(forward, control, credential, clientKey, priority);
    }

    private static Optional<String> clientKey(String name, String value) {
        String secret =
                switch (name) {
                    case "authorization" ->
                            value.regionMatches(true, 0, BEARER, 0, BEARER.length())
                                    ? value.substring(BEARER.length()).strip()
                                    : "";
                    case "x-api-key", "api-key" -> value.strip();
                    default -> "";
                };
        return ClientKeys.isOurs(secret) ? Optional.of(secret) : Optional.empty();
    }

    private static Priority priority(String value) {
        return KeyJson.named(
                Priority.class, "x-vivace-priority", value.strip().toLowerCase(Locale.ROOT));
    }

    private static final Header IDENTITY = new Header("Accept-Encoding", "identity");
}
