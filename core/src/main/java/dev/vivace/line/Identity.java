package dev.vivace.line;

import dev.vivace.answer.Header;
import dev.vivace.cache.Fingerprint;
import dev.vivace.json.MeaningDigest;
import java.util.List;
import java.util.Locale;

/**
 * What separates answers beside what is asked: at which door, by whom, of whom, within which scope,
 * and what providers' own headers say of versions, betas, organisations and projects.
 *
 * @param sharing whose answers may be given: see {@link dev.vivace.key.Principal#sharing}
 * @param headers all that go on; those that are no provider's own do not count
 */
public record Identity(
        String path, String sharing, Models.Target target, String scope, List<Header> headers) {
    /**
     * The key that calls share an answer by.
     *
     * @param asked the digest of what the request's body means
     * @param digest the calling thread's own
     * @param secret of this installation
     */
    public Fingerprint key(byte[] asked, MeaningDigest digest, byte[] secret) {
        digest.reset();
        digest.text(asked);
        digest.text(path);
        digest.text(sharing);
        digest.text(target.upstream());
        digest.text(target.model());
        digest.text(scope);
        for (Header header : headers) {
            if (ofProvider(header.name())) {
                digest.text(header.name().toLowerCase(Locale.ROOT));
                digest.text(header.value());
            }
        }
        return Fingerprint.of(digest.finish(secret));
    }

    private static boolean ofProvider(String name) {
        return name.regionMatches(true, 0, "openai-", 0, 7)
                || name.regionMatches(true, 0, "anthropic-", 0, 10);
    }
}
