package dev.vivace.key;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How two lists of keys become one, whoever changed them: every key of either, and revoked if it is
 * revoked in either. So the order in which files, processes and replicas hear of each other does
 * not matter, and nothing brings a revoked key back.
 */
final class Merge {
    /** Most keys that are kept, revoked ones included. */
    static final int MOST = 10_000;

    private Merge() {}

    /**
     * @param first counts where the two differ in anything but the revocation
     */
    static Map<String, VirtualKey> of(
            Map<String, VirtualKey> first, Map<String, VirtualKey> second) {
        var merged = new LinkedHashMap<>(first);
        for (VirtualKey other : second.values()) {
            VirtualKey known = merged.get(other.id());
            if (known != null) {
                merged.put(known.id(), revoked(known, other.revokedAt()));
            } else if (merged.size() < MOST) {
                merged.put(other.id(), other);
            }
        }
        return merged;
    }

    /**
     * The same key, revoked.
     *
     * @param at milliseconds since the epoch; 0: as it is. The earlier of two counts.
     */
    static VirtualKey revoked(VirtualKey key, long at) {
        if (at == 0 || key.revoked() && key.revokedAt() <= at) {
            return key;
        }
        return new VirtualKey(
                key.id(),
                key.hash(),
                key.tenant(),
                key.name(),
                key.models(),
                key.tools(),
                key.rates(),
                key.budget(),
                key.priority(),
                key.scope(),
                key.createdAt(),
                at);
    }
}
