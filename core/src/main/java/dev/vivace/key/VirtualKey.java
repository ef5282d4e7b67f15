package dev.vivace.key;

import dev.vivace.limit.Rates;
import java.util.Set;

/**
 * A client key of our own, as it is stored: without the secret.
 *
 * @param id its public name, as in {@code vk-3f9a12c4d5e6}; never changes
 * @param hash SHA-256 of the secret, in hexadecimal; the secret has 256 random bits, so that a
 *     plain hash is enough
 * @param tenant who it belongs to: 1 to 64 letters, digits, {@code . _ -}
 * @param name for people; may be empty
 * @param models that it may ask for, as clients name them; empty: all
 * @param tools that it may see and call, as in {@link KeyTerms}; empty: all
 * @param scope who may be given an answer that this key paid for
 * @param priority of its calls; a call may ask for less, never for more
 * @param createdAt milliseconds since the epoch
 * @param revokedAt likewise; 0: it is valid
 */
public record VirtualKey(
        String id,
        String hash,
        String tenant,
        String name,
        Set<String> models,
        Set<String> tools,
        Rates rates,
        Budget budget,
        Priority priority,
        Scope scope,
        long createdAt,
        long revokedAt) {
    /** Who shares cached answers and calls in flight. */
    public enum Scope {
        /** All keys of the tenant. */
        TENANT,
        /** Calls with this key only. */
        KEY
    }

    public VirtualKey {
        models = Set.copyOf(models);
        tools = Set.copyOf(tools);
    }

    public boolean revoked() {
        return revokedAt > 0;
    }

    /** Without the hash. */
    @Override
    public String toString() {
        return "VirtualKey[" + id + " of " + tenant + (revoked() ? ", revoked]" : "]");
    }
}
