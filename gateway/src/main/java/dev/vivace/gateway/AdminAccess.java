package dev.vivace.gateway;

import dev.vivace.key.ClientKeys;
import io.vertx.core.MultiMap;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Optional;

/**
 * Who may see and do what operators do. {@code /admin} is theirs as soon as there are client keys,
 * or others than this machine's users could ask; {@code /metrics} in the latter case. Thread-safe.
 */
final class AdminAccess {
    /** Why not, for the client. */
    record Refusal(int status, String message) {}

    private static final String BEARER = "Bearer ";
    private static final Refusal UNSET =
            new Refusal(
                    403,
                    "Closed, because there are client keys or this gateway listens beyond loopback: set VIVACE_ADMIN_KEY"
                            + " where it is started, and send that key.");
    private static final Refusal WRONG =
            new Refusal(
                    401,
                    "This needs the key in VIVACE_ADMIN_KEY: send it as 'Authorization: Bearer ...' or 'x-vivace-admin-key: ...'.");

    private final Optional<byte[]> adminKey;
    private final boolean loopback;
    private final ClientKeys keys;

    /**
     * @param adminKey if it is empty, what needs it is closed
     * @param loopback whether only this machine can ask
     */
    AdminAccess(Optional<String> adminKey, boolean loopback, ClientKeys keys) {
        this.adminKey = adminKey.map(AdminAccess::bytes);
        this.loopback = loopback;
        this.keys = keys;
    }

    /** Why this request is refused; empty if it is not. */
    Optional<Refusal> refusal(String path, MultiMap headers) {
        boolean needed =
                path.startsWith("/admin")
                        ? !loopback || keys.closed()
                        : path.equals("/metrics") && !loopback;
        if (!needed || shown(headers)) {
            return Optional.empty();
        }
        return Optional.of(adminKey.isPresent() ? WRONG : UNSET);
    }

    /** Whether more than a yes or no may be said of what everybody may ask. */
    boolean tellsAll(MultiMap headers) {
        return loopback || shown(headers);
    }

    private boolean shown(MultiMap headers) {
        String bearer = headers.get("authorization");
        String own = headers.get("x-vivace-admin-key");
        return own != null && is(own.strip())
                || bearer != null
                        && bearer.regionMatches(true, 0, BEARER, 0, BEARER.length())
                        && is(bearer.substring(BEARER.length()).strip());
    }

    /** Takes as long for whatever is nearly right. */
    private boolean is(String shown) {
        return adminKey.isPresent() && MessageDigest.isEqual(bytes(shown), adminKey.get());
    }

    private static byte[] bytes(String key) {
        return key.getBytes(StandardCharsets.UTF_8);
    }
}
