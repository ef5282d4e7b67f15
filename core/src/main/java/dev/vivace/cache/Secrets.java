package dev.vivace.cache;

import java.security.SecureRandom;

/** Secrets of one installation. */
final class Secrets {
    private Secrets() {}

    static byte[] random() {
        byte[] secret = new byte[32];
        new SecureRandom().nextBytes(secret);
        return secret;
    }
}
