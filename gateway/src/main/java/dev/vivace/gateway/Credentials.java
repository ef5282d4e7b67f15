package dev.vivace.gateway;

import java.util.Locale;
import java.util.Set;

/** The header fields by which clients say who they are to a provider, or to a proxy before it. */
final class Credentials {
    private static final Set<String> NAMES =
            Set.of(
                    "authorization",
                    "x-api-key",
                    "api-key",
                    "cookie",
                    "x-goog-api-key",
                    "ocp-apim-subscription-key",
                    "x-portkey-api-key",
                    "cf-aig-authorization",
                    "helicone-auth");

    private Credentials() {}

    static boolean is(String name) {
        return NAMES.contains(name.toLowerCase(Locale.ROOT));
    }
}
