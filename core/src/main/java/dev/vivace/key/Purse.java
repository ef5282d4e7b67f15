package dev.vivace.key;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/**
 * Who pays, and what may be spent.
 *
 * @param owner what the name names
 * @param name a key's id or a tenant's name
 */
public record Purse(Owner owner, String name, Budget budget) {
    /** Whose money it is. */
    public enum Owner {
        KEY,
        TENANT
    }

    public static Purse ofKey(String id, Budget budget) {
        return new Purse(Owner.KEY, id, budget);
    }

    public static Purse ofTenant(String name, Budget budget) {
        return new Purse(Owner.TENANT, name, budget);
    }

    /** Those that pay for what a key spends, whatever their budgets. */
    static List<Purse> both(String keyId, String tenant) {
        return List.of(ofKey(keyId, Budget.NONE), ofTenant(tenant, Budget.NONE));
    }

    /** A name that no other purse has, short enough for a slot. */
    String account() {
        String whole = (owner == Owner.KEY ? "k:" : "t:") + name;
        byte[] bytes = whole.getBytes(StandardCharsets.UTF_8);
        if (bytes.length <= SpendingSlot.MAX_NAME) {
            return whole;
        }
        try {
            return "#"
                    + HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    @Override
    public String toString() {
        return (owner == Owner.KEY ? "key " : "tenant ") + name;
    }
}
