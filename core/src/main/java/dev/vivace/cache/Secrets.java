package dev.vivace.cache;

import java.security.SecureRandom;

/** Secrets of one installation. */
final class Secrets {
    static final int LENGTH = 32;

    private Secrets() {}

    static byte[] random() {
        byte[] secret = new byte[LENGTH];
        new SecureRandom().nextBytes(secret);
        return secret;
    }
}
