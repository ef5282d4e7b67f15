package dev.vivace.gateway;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Header fields that belong to one connection and never cross a proxy (RFC 9110, 7.6.1). */
final class HopByHop {
    private HopByHop() {}

    /**
     * @param name in lower case
     * @param connection the message's own {@code Connection} field, which can name more of them
     */
    static boolean is(String name, @Nullable String connection) {
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
            default -> connection != null && connection.length() > 10 && names(connection, name);
        };
    }

    private static boolean names(String connection, String name) {
        for (String token : connection.toLowerCase(Locale.ROOT).split(",", 20)) {
            if (token.strip().equals(name)) {
                return true;
            }
        }
        return false;
    }
}
