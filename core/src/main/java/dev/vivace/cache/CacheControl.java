package dev.vivace.cache;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What a caller says about caching, by headers.
 *
 * @param mode instead of the configured one; {@code off} there cannot be widened here
 * @param refresh fetch again and store ({@code no-cache})
 * @param noStore neither look nor store ({@code no-store})
 * @param maxAge the oldest answer that will do
 * @param onlyIfCached answer from the cache or not at all
 * @param ttl how long the answer may be stored, at most {@link #MAX_TTL}
 * @param scope whose answers may be shared within the tenant; empty for all of it
 * @param tags {@code NAME=VALUE}, to invalidate by
 */
public record CacheControl(
        Optional<CacheMode> mode,
        boolean refresh,
        boolean noStore,
        Optional<Duration> maxAge,
        boolean onlyIfCached,
        Optional<Duration> ttl,
        String scope,
        List<String> tags) {
    /** Longer times to live are cut to this. */
    public static final Duration MAX_TTL = Duration.ofDays(30);

    /** Nothing said. */
    public static final CacheControl NONE =
            new CacheControl(
                    Optional.empty(),
                    false,
                    false,
                    Optional.empty(),
                    false,
                    Optional.empty(),
                    "",
                    List.of());

    private static final int MAX_TEXT = 256;
    private static final int MAX_TAGS = 16;
    private static final String TAG = "x-vivace-tag-";

    /**
     * With one more header understood.
     *
     * @param name in lower case
     * @throws IllegalArgumentException for a value that has no meaning, with the header's name
     */
    public CacheControl header(String name, String value) {
        return switch (name) {
            case "cache-control" -> directives(value);
            case "x-vivace-cache-mode" -> withMode(mode(value));
            case "x-vivace-cache-ttl" -> withTtl(seconds(name, value));
            case "x-vivace-cache-scope" -> withScope(text(name, value));
            default ->
                    name.startsWith(TAG)
                            ? withTag(name.substring(TAG.length()) + "=" + text(name, value))
                            : this;
        };
    }

    /** With what LiteLLM's body form says. */
    public CacheControl body(
            boolean bodyRefresh,
            boolean bodyNoStore,
            Optional<Long> ttlSeconds,
            Optional<Long> maxAgeSeconds,
            Optional<String> namespace) {
        return new CacheControl(
                mode,
                refresh || bodyRefresh,
                noStore || bodyNoStore,
                maxAgeSeconds.map(Duration::ofSeconds).or(() -> maxAge),
                onlyIfCached,
                ttlSeconds.map(Duration::ofSeconds).map(CacheControl::clamp).or(() -> ttl),
                namespace.map(name -> text("cache.namespace", name)).orElse(scope),
                tags);
    }

    /** Request directives of RFC 9111; those that mean nothing here are not ours to judge. */
    private CacheControl directives(String value) {
        boolean noCache = refresh;
        boolean never = noStore;
        boolean only = onlyIfCached;
        Optional<Duration> age = maxAge;
        for (String part : value.toLowerCase(Locale.ROOT).split(",", 20)) {
            String directive = part.strip();
            switch (directive) {
                case "no-cache" -> noCache = true;
                case "no-store" -> never = true;
                case "only-if-cached" -> only = true;
                default -> {
                    if (directive.startsWith("max-age=")) {
                        age =
                                Optional.of(
                                        seconds("cache-control: max-age", directive.substring(8)));
                    }
                }
            }
        }
        return new CacheControl(mode, noCache, never, age, only, ttl, scope, tags);
    }

    private CacheControl withMode(CacheMode value) {
        return new CacheControl(
                Optional.of(value), refresh, noStore, maxAge, onlyIfCached, ttl, scope, tags);
    }

    private CacheControl withTtl(Duration value) {
        return new CacheControl(
                mode,
                refresh,
                noStore,
                maxAge,
                onlyIfCached,
                Optional.of(clamp(value)),
                scope,
                tags);
    }

    private CacheControl withScope(String value) {
        return new CacheControl(mode, refresh, noStore, maxAge, onlyIfCached, ttl, value, tags);
    }

    private CacheControl withTag(String tag) {
        if (tags.size() == MAX_TAGS) {
            throw new IllegalArgumentException("more than " + MAX_TAGS + " x-vivace-tag- headers");
        }
        var more = new ArrayList<>(tags);
        more.add(tag);
        return new CacheControl(
                mode, refresh, noStore, maxAge, onlyIfCached, ttl, scope, List.copyOf(more));
    }

    private static CacheMode mode(String value) {
        return switch (value.strip().toLowerCase(Locale.ROOT)) {
            case "deterministic" -> CacheMode.DETERMINISTIC;
            case "all" -> CacheMode.ALL;
            case "off" -> CacheMode.OFF;
            default ->
                    throw new IllegalArgumentException(
                            "x-vivace-cache-mode must be deterministic, all or off, not '"
                                    + shown(value)
                                    + "'");
        };
    }

    private static Duration seconds(String name, String value) {
        String digits = value.strip();
        if (digits.isEmpty()
                || digits.length() > 12
                || !digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
            throw new IllegalArgumentException(
                    name + " must be a whole number of seconds, not '" + shown(value) + "'");
        }
        return Duration.ofSeconds(Long.parseLong(digits));
    }

    private static Duration clamp(Duration ttl) {
        return ttl.compareTo(MAX_TTL) > 0 ? MAX_TTL : ttl;
    }

    private static String text(String name, String value) {
        if (value.length() > MAX_TEXT) {
            throw new IllegalArgumentException(
                    name + " is longer than " + MAX_TEXT + " characters");
        }
        return value.strip();
    }

    private static String shown(String value) {
        return value.length() > 40 ? value.substring(0, 40) + "..." : value;
    }
}
