package dev.vivace.gateway;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.vivace.json.MeaningDigest;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Optional;

/**
 * Names for those who are known by a credential only: a keyed digest of it, so that the name says
 * nothing. Thread-safe.
 */
final class Tenants {
    private static final String ANONYMOUS = "anonymous";

    private final Cache<String, String> names =
            Caffeine.newBuilder().maximumSize(10_000).executor(Runnable::run).build();
    private final byte[] secret;

    Tenants(byte[] secret) {
        this.secret = secret.clone();
    }

    String of(Optional<String> credential) {
        return credential.map(text -> names.get(text, this::name)).orElse(ANONYMOUS);
    }

    private String name(String credential) {
        var digest = new MeaningDigest();
        digest.text(credential.getBytes(StandardCharsets.UTF_8));
        // 128 bits: this name separates tenants in every key.
        return "t-" + HexFormat.of().formatHex(digest.finish(secret), 0, 16);
    }
}
