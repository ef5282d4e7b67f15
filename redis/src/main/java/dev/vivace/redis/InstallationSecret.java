package dev.vivace.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URI;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.Optional;

/** A secret that replicas find without telling each other. */
final class InstallationSecret {
    private InstallationSecret() {}

    static byte[] derive(URI uri, String prefix, Optional<String> configured) {
        return configured
                .map(secret -> digest(List.of("configured", secret)))
                .orElseGet(() -> digest(List.of("redis", uri.toString(), prefix)));
    }

    private static byte[] digest(List<String> parts) {
        try {
            MessageDigest sha = MessageDigest.getInstance("SHA-256");
            sha.update("vivace: secret of an installation, 1".getBytes(UTF_8));
            for (String part : parts) {
                byte[] bytes = part.getBytes(UTF_8);
                sha.update(ByteBuffer.allocate(4).putInt(bytes.length).array());
                sha.update(bytes);
            }
            return sha.digest();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
