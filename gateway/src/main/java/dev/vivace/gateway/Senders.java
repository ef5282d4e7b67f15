package dev.vivace.gateway;

import dev.vivace.key.Principal;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.SocketAddress;
import java.util.HashMap;
import java.util.Map;

/**
 * Those whose request bodies have come in part, and the room that each takes for them: nobody may
 * take so much that the others have none. Thread-safe; as large as such bodies are many.
 */
final class Senders {
    private final Map<String, Long> taken = new HashMap<>();

    /** Without keys anybody can think of any number of credentials, but has one address. */
    static String name(Principal who, HttpServerRequest request) {
        if (who.key().isPresent()) {
            return "tenant " + who.tenant();
        }
        SocketAddress address = request.remoteAddress();
        return "address " + (address == null ? "" : address.hostAddress());
    }

    /** Takes room for one of them if it then has no more than a bound. */
    synchronized boolean tryTake(String sender, long bytes, long most) {
        long after = taken.getOrDefault(sender, 0L) + bytes;
        if (after > most) {
            return false;
        }
        taken.put(sender, after);
        return true;
    }

    /** Gives back what was taken. */
    synchronized void giveBack(String sender, long bytes) {
        taken.computeIfPresent(sender, (same, now) -> now == bytes ? null : now - bytes);
    }

    /** How many there are. */
    synchronized int count() {
        return taken.size();
    }
}
