package dev.vivace.gateway;

import dev.vivace.key.Principal;
import dev.vivace.limit.ByteBudget;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.SocketAddress;
import java.util.HashMap;
import java.util.Map;

/**
 * Those whose request bodies have come in part, each with a budget of its own for them: nobody may
 * take so much that the others have none. Thread-safe; as large as such bodies are many.
 */
final class Senders {
    /** One of them, as long as a body of its is being read. */
    final class Sender {
        private final String name;
        private final ByteBudget budget;
        private int bodies;

        private Sender(String name, long most) {
            this.name = name;
            this.budget = new ByteBudget(most);
        }

        ByteBudget budget() {
            return budget;
        }

        /** One of its bodies is read no more. */
        void leave() {
            synchronized (Senders.this) {
                if (--bodies == 0) {
                    all.remove(name);
                }
            }
        }
    }

    private final Map<String, Sender> all = new HashMap<>();

    /**
     * The sender of one more body, which must leave in the end.
     *
     * @param most bytes that its bodies may take together
     */
    Sender enter(Principal who, HttpServerRequest request, long most) {
        String name = name(who, request) + " " + most;
        synchronized (this) {
            Sender sender = all.computeIfAbsent(name, made -> new Sender(made, most));
            sender.bodies++;
            return sender;
        }
    }

    /** Without keys anybody can think of any number of credentials, but has one address. */
    private static String name(Principal who, HttpServerRequest request) {
        if (who.key().isPresent()) {
            return "tenant " + who.tenant();
        }
        SocketAddress address = request.remoteAddress();
        return "address " + (address == null ? "" : address.hostAddress());
    }

    /** How many there are. */
    synchronized int count() {
        return all.size();
    }

    /** How many bodies wait until others of the same sender have come. */
    synchronized int waiting() {
        return all.values().stream().mapToInt(sender -> sender.budget.waiting()).sum();
    }
}
