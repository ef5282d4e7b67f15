package dev.vivace.gateway;

import dev.vivace.key.ClientKeys;
import dev.vivace.key.Principal;
import dev.vivace.key.Priority;
import dev.vivace.key.VirtualKey;
import io.vertx.core.MultiMap;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who may come in at the doors under {@code /v1}, and as whom. Without client keys everybody who
 * can ask on loopback, each as the tenant of a credential of its own; with them, also if all are
 * revoked, only who shows a valid one; nobody while it is not known whether there are any.
 * Thread-safe.
 */
final class Access {
    /** What became of somebody at a door. */
    sealed interface Entry {}

    /** Comes in. */
    record Admitted(Principal principal, RequestHeaders headers) implements Entry {}

    /**
     * Does not.
     *
     * @param who as far as is known
     * @param message for the client, which is not told what was nearly right
     * @param reason for the operator
     */
    record Refused(int status, Principal who, String message, String reason) implements Entry {
        static Refused unsound(String message) {
            return new Refused(400, Principal.NOBODY, message, message);
        }
    }

    private static final Logger LOG = LoggerFactory.getLogger(Access.class);
    private static final long PAUSE_NANOS = 60_000_000_000L;
    private static final String SHOW =
            "Send one as 'Authorization: Bearer vv-...', 'x-api-key: vv-...' or 'api-key: vv-...'.";

    /** Where keys are known is nobody's to know who has shown none. */
    private static final String UNKNOWN =
            "Client keys are not known to this gateway yet. Ask again in a moment.";

    private final ClientKeys keys;
    private final Tenants tenants;
    private final boolean loopback;
    private final String unknown;
    private final AtomicLong refused = new AtomicLong();
    private final AtomicLong toldAt = new AtomicLong(System.nanoTime() - PAUSE_NANOS);

    /**
     * @param loopback whether only this machine can ask
     * @param where keys are known that are not known here
     */
    Access(ClientKeys keys, Tenants tenants, boolean loopback, String where) {
        this.keys = keys;
        this.tenants = tenants;
        this.loopback = loopback;
        this.unknown =
                "Client keys are not known yet: "
                        + where
                        + " does not answer, or what it has cannot be read.";
    }

    /** Whether a client key is needed. */
    boolean closed() {
        return keys.closed() || !loopback;
    }

    /**
     * Looks who comes.
     *
     * @param plain see {@link RequestHeaders#of}
     */
    Entry enter(MultiMap sent, boolean plain) {
        boolean closed = closed();
        RequestHeaders headers;
        try {
            headers = RequestHeaders.of(sent, plain, closed);
        } catch (IllegalArgumentException e) {
            return Refused.unsound(String.valueOf(e.getMessage()));
        }
        if (!closed) {
            Principal everybody = Principal.named(tenants.of(headers.credential()));
            return new Admitted(headers.priority().map(everybody::with).orElse(everybody), headers);
        }
        if (!keys.known()) {
            return new Refused(503, Principal.NOBODY, UNKNOWN, unknown);
        }
        if (headers.clientKey().isEmpty()) {
            return refuse(
                    Principal.NOBODY,
                    "This gateway needs a client key. " + SHOW,
                    "no client key was sent");
        }
        Optional<VirtualKey> found = keys.find(headers.clientKey().get());
        if (found.isEmpty()) {
            return refuse(Principal.NOBODY, notValid(), "an unknown client key was sent");
        }
        VirtualKey key = found.get();
        Priority priority =
                headers.priority()
                        .filter(asked -> asked.compareTo(key.priority()) > 0)
                        .orElse(key.priority());
        var principal = new Principal(key.tenant(), found, priority);
        if (key.revoked()) {
            return refuse(
                    principal, notValid(), "the revoked client key " + key.id() + " was sent");
        }
        return new Admitted(principal, headers);
    }

    private static String notValid() {
        return "The client key is not valid. " + SHOW;
    }

    private Refused refuse(Principal who, String message, String reason) {
        long so = refused.incrementAndGet();
        long last = toldAt.get();
        long now = System.nanoTime();
        if (now - last >= PAUSE_NANOS && toldAt.compareAndSet(last, now)) {
            LOG.warn("refused for want of a valid client key, {} so far; now: {}", so, reason);
        }
        return new Refused(401, who, message, reason);
    }
}
