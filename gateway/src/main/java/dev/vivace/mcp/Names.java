package dev.vivace.mcp;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Under which names the things of all servers are offered: {@code server_name}, of at most 64
 * letters, digits, {@code _} and {@code -}. A name once given stays for as long as the gateway
 * runs, whatever comes and goes. That no server's name is another's with {@code _} and more behind
 * it keeps those of two servers apart, in whichever order they come. Not thread-safe.
 */
final class Names {
    static final int LONGEST = 64;

    /** A server that invents names for ever gets no more of them. */
    static final int MOST = 5_000;

    private static final Logger LOG = LoggerFactory.getLogger(Names.class);

    /** By server, and by what the server calls it. */
    private final Map<String, Map<String, String>> given = new HashMap<>();

    private final Set<String> warned = new HashSet<>();
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

    /** The name for it; empty if its server has too many. */
    Optional<String> of(String server, String name) {
        Map<String, String> its = given.computeIfAbsent(server, one -> new HashMap<>());
        String known = its.get(name);
        if (known != null) {
            return Optional.of(known);
        }
        if (its.size() >= MOST) {
            if (warned.add(server)) {
                LOG.warn(
                        "mcp server {}: has used {} names since the start, and gets no more",
                        server,
                        MOST);
            }
            return Optional.empty();
        }
        String whole = (prefix(server) + name).replaceAll("[^a-zA-Z0-9_-]", "_");
        String made = cut(whole, LONGEST);
        for (int i = 2; !taken.add(made); i++) {
            String suffix = "_" + i;
            made = cut(whole, LONGEST - suffix.length()) + suffix;
        }
        its.put(name, made);
        return Optional.of(made);
    }

    private static String cut(String text, int length) {
        return text.length() > length ? text.substring(0, length) : text;
    }
}
