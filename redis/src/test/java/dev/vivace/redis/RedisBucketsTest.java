package dev.vivace.redis;

import static dev.vivace.redis.Links.get;
import static dev.vivace.redis.Links.prefix;
import static dev.vivace.redis.Links.until;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.vivace.limit.LocalBuckets;
import dev.vivace.limit.RateBuckets;
import dev.vivace.limit.RateBucketsContract;
import dev.vivace.limit.Taken;
import dev.vivace.redis.RedisHealth.State;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class RedisBucketsTest extends RateBucketsContract {
    /** Whatever comes here was not decided in Redis. */
    private static final RateBuckets NOBODY =
            new RateBuckets() {
                @Override
                public CompletionStage<Taken> take(String bucket, long perMinute, long amount) {
                    return CompletableFuture.failedFuture(new AssertionError("not in Redis"));
                }

                @Override
                public void settle(String bucket, long perMinute, long amount) {}
            };

    private static Redis server;
    private static RedisLink shared;

    @BeforeAll
    static void start() {
        server = new Redis().start();
        shared = Links.up(server.uri(), prefix());
    }

    @AfterAll
    static void stop() {
        shared.close();
        server.close();
    }

    @Override
    protected RateBuckets buckets() {
        RateBuckets all = new RedisBuckets(shared, NOBODY);
        String unused = prefix();
        return new RateBuckets() {
            @Override
            public CompletionStage<Taken> take(String bucket, long perMinute, long amount) {
                return all.take(unused + bucket, perMinute, amount);
            }

            @Override
            public void settle(String bucket, long perMinute, long amount) {
                all.settle(unused + bucket, perMinute, amount);
            }
        };
    }

    @Override
    protected void pass(Duration time) throws InterruptedException {
        Thread.sleep(time.plusMillis(1)); // a millisecond is what the bucket's clock counts
    }

    @Test
    void replicasShareABucket() {
        String prefix = prefix();
        try (var one = Links.up(server.uri(), prefix);
                var other = Links.up(server.uri(), prefix)) {
            RateBuckets here = new RedisBuckets(one, NOBODY);
            RateBuckets there = new RedisBuckets(other, NOBODY);
            int granted = 0;
            for (int i = 0; i < 20; i++) {
                RateBuckets buckets = i % 2 == 0 ? here : there;
                granted += get(buckets.take("b", 10, 1)) instanceof Taken.Granted ? 1 : 0;
            }
            assertEquals(10, granted);
        }
    }

    @Test
    void theLargestRateIsTaken() {
        RateBuckets buckets = buckets();
        assertInstanceOf(Taken.Granted.class, get(buckets.take("b", 1L << 40, 1L << 40)));
        assertInstanceOf(Taken.Granted.class, get(buckets.take("c", 1L << 40, 1)));
    }

    @Test
    void withoutRedisTheLocalBucketDecidesAndKnowsWhatWasTakenHere() {
        try (var own = new Redis().start();
                var link = Links.up(own.uri(), prefix())) {
            RateBuckets buckets = new RedisBuckets(link, new LocalBuckets());
            assertInstanceOf(Taken.Granted.class, get(buckets.take("b", 10, 7)));
            own.stop();
            until(() -> link.health().state() == State.GONE);
            buckets.settle("b", 10, 1);
            assertInstanceOf(Taken.Short.class, get(buckets.take("b", 10, 5)));
            assertInstanceOf(Taken.Granted.class, get(buckets.take("b", 10, 4)));
            own.start();
            until(() -> link.health().state() == State.UP);
            assertInstanceOf(Taken.Granted.class, get(buckets.take("b", 10, 10)), "a new Redis");
            assertInstanceOf(Taken.Short.class, get(buckets.take("b", 10, 5)));
        }
    }

    @Test
    void aRedisThatDoesNotAnswerIsNotWaitedForLongerThanTheTimeout() {
        try (var own = new Redis().start();
                var proxy = new SlowProxy(own.port());
                var link = Links.up(proxy.uri(), Duration.ofMillis(100), prefix())) {
            RateBuckets buckets = new RedisBuckets(link, new LocalBuckets());
            proxy.hold();
            int granted = 0;
            for (int i = 0; i < 20; i++) {
                granted += get(buckets.take("b", 10, 1)) instanceof Taken.Granted ? 1 : 0;
            }
            assertEquals(10, granted);
            assertEquals(State.SLOW, link.health().state());
        }
    }
}
