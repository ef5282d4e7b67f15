package dev.vivace.gateway;

import dev.vivace.answer.Header;
import dev.vivace.cache.CacheControl;
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
 */
record RequestHeaders(List<Header> forward, CacheControl control, Optional<String> credential) {

    /**
     * @param plain whether the upstream is to answer without compression, because the answer may be
     *     kept and served to others
     * @throws IllegalArgumentException for a control header that has no meaning, with its name
     */
    static RequestHeaders of(MultiMap headers, boolean plain) {
        var forward = new ArrayList<Header>(headers.size());
        CacheControl control = CacheControl.NONE;
        Optional<String> credential = Optional.empty();
        String hops = HopByHop.options(headers);
        for (Map.Entry<String, String> header : headers) {
            String name = header.getKey().toLowerCase(Locale.ROOT);
            String value = header.getValue();
            if (name.startsWith("x-vivace-")) {
                control = control.header(name, value);
                continue;
            }
            switch (name) {
                case "host", "content-length", "transfer-encoding", "expect" -> {
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
        return new RequestHeaders(forward, control, credential);
    }

    private static final Header IDENTITY = new Header("Accept-Encoding", "identity");
}
