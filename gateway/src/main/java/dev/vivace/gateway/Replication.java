package dev.vivace.gateway;

import dev.vivace.cache.Invalidation;
import dev.vivace.cache.SecondLevel;
import dev.vivace.config.RedisOptions;
import dev.vivace.limit.LocalBuckets;
import dev.vivace.limit.RateBuckets;
import dev.vivace.redis.RedisBuckets;
import dev.vivace.redis.RedisCache;
import dev.vivace.redis.RedisHealth;
import dev.vivace.redis.RedisLink;
import dev.vivace.redis.RedisRecords;
import dev.vivace.redis.RedisTotals;
import dev.vivace.replica.SharedRecords;
import dev.vivace.replica.SharedTotals;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/**
 * What replicas share in Redis. The only class that names one of that module: without {@code redis}
 * in the configuration none of it is loaded. Thread-safe.
 */
final class Replication implements AutoCloseable {
    private final RedisLink link;
    private final RedisCache cache;
    private final RateBuckets buckets;
    private final SharedTotals totals;
    private final SharedRecords records;
    private final byte[] secret;

    /**
     * Begins to connect; nothing waits for it.
     *
     * @param replica the name of this one, that no other has
     */
    Replication(RedisOptions options, String replica) {
        link = new RedisLink(options.url(), options.timeout(), options.prefix());
        cache = new RedisCache(link, Clock.systemUTC());
        buckets = new RedisBuckets(link, new LocalBuckets());
        totals = new RedisTotals(link, replica);
        records = new RedisRecords(link);
        secret = RedisLink.secret(options.url(), options.prefix(), options.secret());
    }

    SecondLevel cache() {
        return cache;
    }

    RateBuckets buckets() {
        return buckets;
    }

    SharedTotals totals() {
        return totals;
    }

    SharedRecords records() {
        return records;
    }

    /** Where Redis is, without credentials. */
    String where() {
        return link.toString();
    }

    /**
     * Waits until the keys of all replicas are known, for as long as Redis may still say them.
     * Blocks.
     *
     * @param heard see {@link dev.vivace.key.ClientKeys#share}
     * @param patience at most
     * @return whether there is nothing more to wait for
     */
    boolean await(CompletionStage<Void> heard, Duration patience) {
        try {
            CompletableFuture.anyOf(
                            heard.toCompletableFuture(), link.unreachable().toCompletableFuture())
                    .get(patience.toNanos(), TimeUnit.NANOSECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        } catch (ExecutionException e) {
            return true; // whoever needs to know them goes without
        }
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

    /** Whether Redis is connected and answers in time. */
    boolean up() {
        return link.health().state() == RedisHealth.State.UP;
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
