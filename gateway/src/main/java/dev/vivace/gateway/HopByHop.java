package dev.vivace.gateway;

import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Header fields that belong to one connection and never cross a proxy (RFC 9110, 7.6.1). */
final class HopByHop {
    /** Room for the fields of most messages: Vert.x would collect all names to count them. */
    static final int USUAL_FIELDS = 16;

    private HopByHop() {}

    /**
     * What a message's {@code Connection} fields name; null if that is nothing but what every
     * connection says.
     */
    static @Nullable String options(MultiMap headers) {
        List<String> fields = headers.getAll(HttpHeaders.CONNECTION);
        if (fields.isEmpty() || fields.size() == 1 && usual(fields.getFirst())) {
            return null;
        }
        return String.join(",", fields);
    }

    private static boolean usual(String field) {
        return field.equalsIgnoreCase("keep-alive") || field.equalsIgnoreCase("close");
    }

    /**
     * @param name in any case
     * @param options the message's own {@link #options}
     */
    static boolean is(String name, @Nullable String options) {
        String field =
                switch (name.length()) {
                    case 2 -> "te";
                    case 7 -> (name.charAt(1) | 0x20) == 'r' ? "trailer" : "upgrade";
                    case 10 -> (name.charAt(0) | 0x20) == 'c' ? "connection" : "keep-alive";
                    case 16 -> "proxy-connection";
                    case 17 -> "transfer-encoding";
                    case 18 -> "proxy-authenticate";
                    case 19 -> "proxy-authorization";
                    default -> "";
                };
        return name.equalsIgnoreCase(field) || options != null && names(options, name);
    }

    private static boolean names(String options, String name) {
        for (String option : options.split(",")) {
            if (option.strip().equalsIgnoreCase(name)) {
                return true;
            }
        }
        return false;
    }
}
