package dev.vivace.gateway;

import dev.vivace.line.Grant;
import io.vertx.core.MultiMap;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;

/** The response headers that say where the limits of a client key stand. */
final class RateHeaders {
    private static final long SECOND = 1_000_000_000;

    private RateHeaders() {}

    /**
     * What a provider says of its own limits is about all who use the configured key: one tenant
     * would see from it what the others do.
     */
    static void removeProviders(MultiMap headers) {
        for (String name : List.copyOf(headers.names())) {
            String lower = name.toLowerCase(Locale.ROOT);
            if (lower.startsWith("x-ratelimit-")
                    || lower.startsWith("anthropic-ratelimit-")
                    || lower.startsWith("openai-organization")) {
                headers.remove(name);
            }
        }
    }

    /** Sets them. */
    static void write(MultiMap headers, Grant grant, Errors door, InstantSource clock) {
        grant.requests().ifPresent(standing -> write(headers, "requests", standing, door, clock));
        grant.tokens().ifPresent(standing -> write(headers, "tokens", standing, door, clock));
    }

    private static void write(
            MultiMap headers, String what, Grant.Standing is, Errors door, InstantSource clock) {
        String limit = Long.toString(is.limit());
        String remaining = Long.toString(is.remaining());
        headers.set("x-ratelimit-limit-" + what, limit);
        headers.set("x-ratelimit-remaining-" + what, remaining);
        headers.set("x-ratelimit-reset-" + what, span(is.reset()));
        if (door == Errors.ANTHROPIC) {
            String name = "anthropic-ratelimit-" + what;
            Instant reset = Instant.ofEpochSecond(clock.instant().getEpochSecond());
            headers.set(name + "-limit", limit);
            headers.set(name + "-remaining", remaining);
            headers.set(name + "-reset", reset.plusSeconds(seconds(is.reset())).toString());
        }
    }

    /** As OpenAI writes it: {@code 20ms}, {@code 1s}, {@code 6m0s}, {@code 1h0m0s}; rounded up. */
    static String span(Duration time) {
        if (time.isZero() || time.isNegative()) {
            return "0s";
        }
        if (time.compareTo(Duration.ofMillis(999)) <= 0) {
            return time.plusNanos(999_999).toMillis() + "ms";
        }
        long seconds = seconds(time);
        String minutes = seconds / 60 % 60 + "m" + seconds % 60 + "s";
        return seconds >= 3_600
                ? seconds / 3_600 + "h" + minutes
                : seconds >= 60 ? minutes : seconds + "s";
    }

    /** Whole seconds, rounded up. */
    static long seconds(Duration time) {
        return time.plusNanos(SECOND - 1).toSeconds();
    }
}
