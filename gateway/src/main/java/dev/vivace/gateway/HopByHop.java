package dev.vivace.gateway;

import io.vertx.core.MultiMap;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Header fields that belong to one connection and never cross a proxy (RFC 9110, 7.6.1). */
final class HopByHop {
    private HopByHop() {}

    /**
     * What a message's {@code Connection} fields name, in lower case; null if that is nothing but
     * what every connection says.
     */
    static @Nullable String options(MultiMap headers) {
        List<String> fields = headers.getAll("connection");
        if (fields.isEmpty() || fields.size() == 1 && usual(fields.getFirst())) {
            return null;
        }
        return String.join(",", fields).toLowerCase(Locale.ROOT);
    }

    private static boolean usual(String field) {
        return field.equalsIgnoreCase("keep-alive") || field.equalsIgnoreCase("close");
    }

    /**
     * @param name in lower case
     * @param options the message's own {@link #options}
     */
    static boolean is(String name, @Nullable String options) {
        return switch (name) {
            case "connection",
                    "keep-alive",
                    "proxy-connection",
                    "proxy-authenticate",
                    "proxy-authorization",
                    "te",
                    "trailer",
                    "transfer-encoding",
                    "upgrade" ->
                    true;
            default -> options != null && names(options, name);
        };
    }

    private static boolean names(String options, String name) {
        for (String option : options.split(",")) {
            if (option.strip().equals(name)) {
                return true;
            }
        }
        return false;
    }
}
