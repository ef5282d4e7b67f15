package dev.vivace.mcp;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Under which names the things of all servers are offered: {@code server_name}, of at most 64
 * letters, digits, {@code _} and {@code -}. A name once given stays for as long as the gateway
 * runs, whatever comes and goes. Not thread-safe.
 */
final class Names {
    static final int LONGEST = 64;

    /** Servers that invent names for ever get no more of them. */
    static final int MOST = 20_000;

    private record Origin(String server, String name) {}

    private final Map<Origin, String> given = new HashMap<>();
    private final Set<String> taken;

    /**
     * @param reserved names that are given to nobody
     */
    Names(Collection<String> reserved) {
        taken = new HashSet<>(reserved);
    }

    /** What the name of everything of a server begins with. */
    static String prefix(String server) {
        return server + "_";
    }

    /** The name for it; empty if there are too many. */
    Optional<String> of(String server, String name) {
        var origin = new Origin(server, name);
        String known = given.get(origin);
        if (known != null) {
            return Optional.of(known);
        }
        if (given.size() >= MOST) {
            return Optional.empty();
        }
        String whole = (prefix(server) + name).replaceAll("[^a-zA-Z0-9_-]", "_");
        String made = cut(whole, LONGEST);
        for (int i = 2; !taken.add(made); i++) {
            String suffix = "_" + i;
            made = cut(whole, LONGEST - suffix.length()) + suffix;
        }
        given.put(origin, made);
        return Optional.of(made);
    }

    private static String cut(String text, int length) {
        return text.length() > length ? text.substring(0, length) : text;
    }
}
