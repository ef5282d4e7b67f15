package dev.vivace.gateway;

import dev.vivace.cache.Invalidation;
import dev.vivace.cache.SecondLevel;
import dev.vivace.config.RedisOptions;
import dev.vivace.limit.LocalBuckets;
import dev.vivace.limit.RateBuckets;
import dev.vivace.redis.RedisBuckets;
import dev.vivace.redis.RedisCache;
import dev.vivace.redis.RedisCounters;
import dev.vivace.redis.RedisHealth;
import dev.vivace.redis.RedisLink;
import dev.vivace.redis.RedisRecords;
import dev.vivace.replica.SharedCounters;
import dev.vivace.replica.SharedRecords;
import java.time.Clock;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * What replicas share in Redis. The only class that names one of that module: without {@code redis}
 * in the configuration none of it is loaded. Thread-safe.
 */
final class Replication implements AutoCloseable {
    private final RedisLink link;
    private final RedisCache cache;
    private final RateBuckets buckets;
    private final SharedCounters counters;
    private final SharedRecords records;
    private final byte[] secret;

    /** Begins to connect; nothing waits for it. */
    Replication(RedisOptions options) {
        link = new RedisLink(options.url(), options.timeout(), options.prefix());
        cache = new RedisCache(link, Clock.systemUTC());
        buckets = new RedisBuckets(link, new LocalBuckets());
        counters = new RedisCounters(link);
        records = new RedisRecords(link);
        secret = RedisLink.secret(options.url(), options.prefix(), options.secret());
    }

    SecondLevel cache() {
        return cache;
    }

    RateBuckets buckets() {
        return buckets;
    }

    SharedCounters counters() {
        return counters;
    }

    SharedRecords records() {
        return records;
    }

    /** In place of this installation's own, so that replicas make the same fingerprints. */
    byte[] secret() {
        return secret.clone();
    }

    /** Hears of invalidations by other replicas, on a thread of its own. */
    void onInvalidation(Consumer<Invalidation> listener) {
        cache.onInvalidation(listener);
    }

    /** Why this gateway goes on with what it knows by itself; empty if it does not. */
    Optional<String> problem() {
        RedisHealth health = link.health();
        return health.state() == RedisHealth.State.UP
                ? Optional.empty()
                : Optional.of(
                        "Redis is %s since %s%s; this gateway goes on with its own state"
                                .formatted(
                                        health.state() == RedisHealth.State.SLOW ? "slow" : "gone",
                                        health.since(),
                                        health.reason().map(why -> " (" + why + ")").orElse("")));
    }

    /** Commands since the start that failed, came too late or were not even tried. */
    long failures() {
        return link.health().failures();
    }

    /** Writes what is still to be written, for about two seconds at most. Blocks. */
    @Override
    public void close() {
        link.close();
    }
}
