package dev.vivace.simulator;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Tokens per minute, as a bucket for each owner that refills steadily and holds one minute's worth.
 * Bounded; thread-safe.
 */
final class TokenBudget {
    private static final double MINUTE = Duration.ofMinutes(1).toNanos();
    private static final int MAX_OWNERS = 10_000;

    private final long perMinute;
    private final LongSupplier nanos;
    private final Cache<Long, Bucket> buckets =
            Caffeine.newBuilder().maximumSize(MAX_OWNERS).build();

    /**
     * @param perMinute 0 is no limit
     */
    TokenBudget(long perMinute, LongSupplier nanos) {
        this.perMinute = perMinute;
        this.nanos = nanos;
    }

    /**
     * Takes the tokens, or says how long to wait until they are there, which for more than a
     * minute's worth is one minute although it will not help.
     *
     * @return zero if they were taken
     */
    Duration take(long owner, long tokens) {
        if (perMinute == 0) {
            return Duration.ZERO;
        }
        long now = nanos.getAsLong();
        Bucket bucket = buckets.get(owner, unseen -> new Bucket(perMinute, now));
        double missing = bucket.take(tokens, perMinute, now);
        if (missing <= 0) {
            return Duration.ZERO;
        }
        double wait = Math.min(MINUTE, missing / perMinute * MINUTE);
        return Duration.ofNanos(Math.max(1, (long) wait));
    }

    long perMinute() {
        return perMinute;
    }

    void clear() {
        buckets.invalidateAll();
    }

    private static final class Bucket {
        private double level;
        private long at;

        Bucket(double level, long at) {
            this.level = level;
            this.at = at;
        }

        synchronized double take(long tokens, long perMinute, long now) {
            level = Math.min(perMinute, level + Math.max(0, now - at) / MINUTE * perMinute);
            at = now;
            if (tokens <= level) {
                level -= tokens;
                return 0;
            }
            return tokens - level;
        }
    }
}
