package dev.vivace.gateway;

import dev.vivace.config.Config;
import io.vertx.core.MultiMap;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The names under which a gateway on loopback may be asked. A page at a public name that its owner
 * points to 127.0.0.1 is, to the browser, of the same origin as this gateway, and says so neither
 * in Origin nor anywhere else: only the Host that it asks for betrays it. So a name must be one
 * that nobody can own in the public DNS, or be listed in {@code server.hosts}. Used on its event
 * loop only.
 */
final class Hosts {
    private static final int LONGEST = 300;
    private static final Pattern ACCEPTED =
            Pattern.compile(
                    "(\\[[0-9a-f:]*:[0-9a-f.]*(%[a-z0-9._-]+)?]" // IPv6
                            + "|\\d{1,3}(\\.\\d{1,3}){3}" // IPv4
                            + "|[a-z0-9_-]+" // no dot: in nobody's public domain
                            + "|[a-z0-9._-]+\\.(localhost|internal|local|test|home\\.arpa))"
                            + "(:\\d{1,5})?");
    private static final Pattern PORT = Pattern.compile(":\\d{1,5}$");

    private final boolean open;
    private final Set<String> listed;
    private final BiConsumer<String, String> look = this::look;

    /** Nearly all clients say the same. */
    private String accepted = "";

    private int count;
    private String host = "";

    private Hosts(boolean open, List<String> listed) {
        this.open = open;
        this.listed =
                listed.stream()
                        .map(name -> name.toLowerCase(Locale.ROOT))
                        .collect(Collectors.toUnmodifiableSet());
    }

    /** Where it listens beyond loopback, its own names are unknown, and any is accepted. */
    static Hosts of(Config.Server server) {
        return new Hosts(!loopback(server.host()), server.hosts());
    }

    static boolean loopback(String address) {
        try {
            return InetAddress.getByName(address).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return true; // nobody can listen there
        }
    }

    /** Why a request is refused. */
    record Refusal(int status, String message) {}

    /** Why a request with these headers is refused; empty if it is not. */
    Optional<Refusal> refusal(MultiMap headers) {
        if (open) {
            return Optional.empty();
        }
        count = 0;
        headers.forEach(look);
        if (count != 1) {
            return Optional.of(
                    new Refusal(400, "A request must say in one Host header whom it asks."));
        }
        if (host.equals(accepted)) {
            return Optional.empty();
        }
        if (!accepts(host)) {
            return Optional.of(
                    new Refusal(
                            403,
                            "This gateway is not known as '"
                                    + (host.length() > 100 ? host.substring(0, 100) + "..." : host)
                                    + "'. If that is one of its names, add it to server.hosts in the"
                                    + " configuration."));
        }
        accepted = host;
        return Optional.empty();
    }

    private void look(String name, String value) {
        if (name.length() == 4 && name.equalsIgnoreCase("host")) {
            count++;
            host = value;
        }
    }

    private boolean accepts(String authority) {
        if (authority.length() > LONGEST) {
            return false;
        }
        String lower = authority.toLowerCase(Locale.ROOT);
        return ACCEPTED.matcher(lower).matches()
                || listed.contains(PORT.matcher(lower).replaceFirst(""));
    }
}
