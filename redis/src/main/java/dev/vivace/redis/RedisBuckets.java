package dev.vivace.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.vivace.limit.RateBuckets;
import dev.vivace.limit.Taken;
import io.github.bucket4j.BucketConfiguration;
import io.github.bucket4j.ConsumptionProbe;
import io.github.bucket4j.distributed.AsyncBucketProxy;
import io.github.bucket4j.distributed.ExpirationAfterWriteStrategy;
import io.github.bucket4j.distributed.proxy.AsyncProxyManager;
import io.github.bucket4j.distributed.proxy.optimization.Optimizations;
import io.github.bucket4j.redis.lettuce.Bucket4jLettuce.LettuceBasedProxyManagerBuilder;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/**
 * Buckets in Redis, which replicas share. Calls for one bucket at the same time go to Redis
 * together. While Redis is slow or gone, local buckets decide; they know what was taken here
 * before, and not what others took.
 *
 * <p>A bucket refills by the clocks of the replicas: one whose clock is ahead fills it for all,
 * once, by what it is ahead. A bucket with another rate is another bucket.
 *
 * <p>Thread-safe. What comes of {@link #take} comes on a thread of Lettuce or of the common pool,
 * or at once.
 */
public final class RedisBuckets implements RateBuckets {
    /** Bucket4j counts in nanoseconds; more than one of them each is no limit. */
    private static final long MOST_PER_MINUTE = 60_000_000_000L;

    private static final int MAX_KNOWN = 10_000;

    /** Others want to change it at the same time: after so many times, the local bucket decides. */
    private static final int MAX_RETRIES = 20;

    private record Name(String bucket, long perMinute) {}

    private final RateBuckets local;
    private final Duration patience;
    private final AsyncProxyManager<Name> store;
    private final Cache<Name, AsyncBucketProxy> buckets =
            Caffeine.newBuilder().maximumSize(MAX_KNOWN).executor(Runnable::run).build();

    /**
     * @param local decides while Redis is slow or gone
     */
    public RedisBuckets(RedisLink link, RateBuckets local) {
        this.local = local;
        this.patience = link.timeout();
        var commands =
                new BucketCommands<Name>(
                        link,
                        name ->
                                link.key(
                                        "rate",
                                        (name.bucket + ":" + name.perMinute).getBytes(UTF_8)));
        store =
                new LettuceBasedProxyManagerBuilder<>(commands)
                        .expirationAfterWrite(
                                ExpirationAfterWriteStrategy.basedOnTimeForRefillingBucketUpToMax(
                                        Duration.ofSeconds(10)))
                        .maxRetries(MAX_RETRIES)
                        .build()
                        .asAsync();
    }

    @Override
    public CompletionStage<Taken> take(String bucket, long perMinute, long amount) {
        long size = Math.min(perMinute, MOST_PER_MINUTE);
        return attempt(bucket, size, amount)
                // One limit for all that it takes, retries of compare-and-swap included.
                .orTimeout(patience.toNanos(), TimeUnit.NANOSECONDS)
                .handle((taken, failure) -> {
                    if (failure != null) {
                        return local.take(bucket, perMinute, amount);
                    }
                    if (taken instanceof Taken.Granted) {
                        local.settle(bucket, perMinute, -amount); // so that it knows, if it must
                    }
                    return CompletableFuture.completedStage(taken);
                })
                .thenCompose(stage -> stage);
    }

    private CompletableFuture<Taken> attempt(String bucket, long size, long amount) {
        try {
            AsyncBucketProxy proxy = proxy(new Name(bucket, size));
            // Whoever wants more than it ever holds takes all of a full one first; nobody else can
            // do that at the same time.
            long first = Math.min(amount, size);
            return proxy.tryConsumeAndReturnRemaining(first)
                    .thenApply(probe -> {
                        if (probe.isConsumed() && amount > first) {
                            var unused = proxy.consumeIgnoringRateLimits(amount - first);
                        }
                        return taken(probe, size, amount - first);
                    });
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private static Taken taken(ConsumptionProbe probe, long size, long owed) {
        long left = Math.max(0, probe.getRemainingTokens());
        if (!probe.isConsumed()) {
            return new Taken.Short(left, Duration.ofNanos(probe.getNanosToWaitForRefill()), true);
        }
        double owedNanos = (double) owed * Duration.ofMinutes(1).toNanos() / size;
        return new Taken.Granted(
                left,
                Duration.ofNanos(probe.getNanosToWaitForReset()).plusNanos((long) owedNanos),
                true);
    }

    @Override
    public void settle(String bucket, long perMinute, long amount) {
        local.settle(bucket, perMinute, amount);
        if (amount == 0) {
            return;
        }
        try {
            AsyncBucketProxy proxy = proxy(new Name(bucket, Math.min(perMinute, MOST_PER_MINUTE)));
            CompletableFuture<?> unused =
                    amount > 0 ? proxy.addTokens(amount) : proxy.consumeIgnoringRateLimits(-amount);
        } catch (RuntimeException e) {
            // Settled here, and not in a Redis that could not be asked.
        }
    }

    private AsyncBucketProxy proxy(Name name) {
        return buckets.get(
                name,
                absent ->
                        store.builder()
                                .withOptimization(Optimizations.batching())
                                .build(
                                        absent,
                                        () ->
                                                CompletableFuture.completedFuture(
                                                        configuration(absent.perMinute))));
    }

    private static BucketConfiguration configuration(long perMinute) {
        return BucketConfiguration.builder()
                .addLimit(limit ->
                        limit.capacity(perMinute).refillGreedy(perMinute, Duration.ofMinutes(1)))
                .build();
    }
}
