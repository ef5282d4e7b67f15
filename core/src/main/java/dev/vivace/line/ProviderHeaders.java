package dev.vivace.line;

import dev.vivace.answer.Header;
import dev.vivace.json.MeaningDigest;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;

/**
 * Providers' own headers: what they say of versions, betas, organisations and projects separates
 * answers.
 */
public final class ProviderHeaders {
    private ProviderHeaders() {}

    /** Adds them to the digest that a call is known by. */
    public static void add(List<Header> headers, MeaningDigest digest) {
        for (Header header : headers) {
            if (ofProvider(header.name())) {
                digest.text(
                        header.name().toLowerCase(Locale.ROOT).getBytes(StandardCharsets.UTF_8));
                digest.text(header.value().getBytes(StandardCharsets.UTF_8));
            }
        }
    }

    private static boolean ofProvider(String name) {
        return name.regionMatches(true, 0, "openai-", 0, 7)
                || name.regionMatches(true, 0, "anthropic-", 0, 10);
    }
}
