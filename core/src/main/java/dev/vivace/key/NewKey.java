package dev.vivace.key;

import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;

/**
 * A key that was just made, with the secret that is nowhere else.
 *
 * @param secret what its client sends: {@code vv-} and 256 random bits in 43 characters
 */
public record NewKey(VirtualKey key, String secret) {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int ID_BYTES = 6;
    private static final int SECRET_BYTES = 32;

    /**
     * @param at milliseconds since the epoch
     */
    static NewKey of(KeyTerms terms, long at) {
        String secret =
                Secret.PREFIX
                        + Base64.getUrlEncoder()
                                .withoutPadding()
                                .encodeToString(random(SECRET_BYTES));
        var key =
                new VirtualKey(
                        "vk-" + HexFormat.of().formatHex(random(ID_BYTES)),
                        Secret.hash(secret),
                        terms.tenant(),
                        terms.name(),
                        terms.models(),
                        terms.tools(),
                        terms.rates(),
                        terms.budget(),
                        terms.priority(),
                        terms.scope(),
                        at,
                        0);
        return new NewKey(key, secret);
    }

    private static byte[] random(int bytes) {
        byte[] random = new byte[bytes];
        RANDOM.nextBytes(random);
        return random;
    }

    /** Without the secret. */
    @Override
    public String toString() {
        return "NewKey[" + key + "]";
    }
}
