package dev.vivace.gateway;

import io.vertx.core.http.HttpHeaders;

/** The response headers that say what the gateway did; checked once and not for each response. */
final class OurHeaders {
    static final CharSequence CACHE = HttpHeaders.createOptimized("x-cache");
    static final CharSequence ID = HttpHeaders.createOptimized("x-vivace-id");
    static final CharSequence OVERHEAD = HttpHeaders.createOptimized("x-vivace-overhead-us");
    static final CharSequence MODEL = HttpHeaders.createOptimized("x-vivace-model");
    static final CharSequence UPSTREAM = HttpHeaders.createOptimized("x-vivace-upstream");
    static final CharSequence ATTEMPTS = HttpHeaders.createOptimized("x-vivace-attempts");
    static final CharSequence COST = HttpHeaders.createOptimized("x-vivace-cost-usd");
    static final CharSequence SAVED = HttpHeaders.createOptimized("x-vivace-saved-usd");
    static final CharSequence TOKENS_SAVED = HttpHeaders.createOptimized("x-vivace-tokens-saved");

    private OurHeaders() {}

    private static final int MAX_CHARS = 256;

    /** A text that a client chose, as far as a header can say it. */
    static String legible(String text) {
        int end = Math.min(text.length(), MAX_CHARS);
        for (int i = 0; i < end; i++) {
            char c = text.charAt(i);
            if (c < ' ' || c > '~') {
                return text.substring(0, end).replaceAll("[^ -~]", "?");
            }
        }
        return text.substring(0, end);
    }
}
