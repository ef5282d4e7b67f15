package dev.vivace.key;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** What a client shows. */
final class Secret {
    static final String PREFIX = "vv-";
    private static final int LENGTH = PREFIX.length() + 43;

    private Secret() {}

    /** Whether it has the form of one, so that looking for it is worth a hash. */
    static boolean plausible(String text) {
        return text.length() == LENGTH && text.startsWith(PREFIX);
    }

    /** What is kept of it. */
    static String hash(String secret) {
        try {
            byte[] bytes = secret.getBytes(StandardCharsets.UTF_8);
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every JDK has SHA-256
        }
    }
}
