package dev.vivace.limit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class LocalBucketsTest extends RateBucketsContract {
    private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 1_000);

    @Override
    protected RateBuckets buckets() {
        return new LocalBuckets(now::get);
    }

    @Override
    protected void pass(Duration time) {
        now.addAndGet(time.toNanos());
    }

    private static Taken take(RateBuckets from, String bucket, long perMinute, long amount) {
        return from.take(bucket, perMinute, amount).toCompletableFuture().join();
    }

    private record Passed(long at, long amount) {}

    @Test
    void withinNoMinutePassesMoreThanTheRateAndOneBurst() {
        for (long seed = 0; seed < 60; seed++) {
            var random = new Random(seed);
            long perMinute = 1 + random.nextLong(random.nextBoolean() ? 20 : 1L << 40);
            RateBuckets buckets = buckets();
            var window = new ArrayDeque<Passed>();
            long sum = 0;
            for (int i = 0; i < 3_000; i++) {
                pass(Duration.ofNanos(random.nextLong(1 + 1_000_000_000L * random.nextInt(1, 20))));
                long amount = 1 + random.nextLong(Math.min(perMinute, 1 + random.nextLong(1, 50)));
                if (take(buckets, "a", perMinute, amount) instanceof Taken.Granted) {
                    window.add(new Passed(now.get(), amount));
                    sum += amount;
                }
                while (!window.isEmpty() && now.get() - window.getFirst().at() > 60_000_000_000L) {
                    sum -= window.removeFirst().amount();
                }
                assertTrue(sum <= 2 * perMinute, "seed " + seed + " after " + i + ": " + sum);
            }
        }
    }

    @Test
    void whoWaitsAsLongAsItSaysIsServed() {
        for (long seed = 0; seed < 200; seed++) {
            var random = new Random(seed);
            long perMinute = 1 + random.nextLong(random.nextBoolean() ? 1_000 : 1L << 40);
            RateBuckets buckets = buckets();
            for (int i = 0; i < 200; i++) {
                long amount = 1 + random.nextLong(2 * perMinute);
                if (take(buckets, "a", perMinute, amount) instanceof Taken.Short none) {
                    pass(none.retryAfter());
                    assertInstanceOf(
                            Taken.Granted.class,
                            take(buckets, "a", perMinute, amount),
                            "seed " + seed);
                }
            }
        }
    }

    @Test
    void takingOnEstimatesAndSettlingDoesNotDrift() {
        for (long seed = 0; seed < 50; seed++) {
            var random = new Random(seed);
            long perMinute = 1_000 + random.nextLong(1_000_000);
            RateBuckets buckets = buckets();
            long used = 0;
            for (int i = 0; i < 5_000; i++) {
                long guess = 1 + random.nextLong(perMinute / 100);
                if (take(buckets, "a", perMinute, guess) instanceof Taken.Granted) {
                    long real = random.nextInt(4) == 0 ? 0 : random.nextLong(2 * guess);
                    buckets.settle("a", perMinute, guess - real);
                    used += real;
                } else {
                    buckets.settle("a", perMinute, used);
                    used = 0;
                }
            }
            buckets.settle("a", perMinute, used);
            var whole = assertInstanceOf(Taken.Granted.class, take(buckets, "a", perMinute, 1));
            assertEquals(perMinute - 1, whole.remaining(), "seed " + seed);
        }
    }

    @Test
    void forgetsWhatIsFullAndIdle() {
        var buckets = new LocalBuckets(now::get, 100);
        for (int i = 0; i < 50; i++) {
            take(buckets, "idle" + i, 60, 10);
        }
        assertEquals(50, buckets.size());
        pass(Duration.ofSeconds(10));
        for (int i = 0; i < 50; i++) {
            take(buckets, "busy", 60_000, 1);
        }
        assertEquals(1, buckets.size());
    }

    @Test
    void leastRecentlyUsedGoesWhenAllAreBusy() {
        var buckets = new LocalBuckets(now::get, 3);
        for (String name : new String[] {"a", "b", "c"}) {
            take(buckets, name, 10, 10);
        }
        take(buckets, "a", 10, 1);
        take(buckets, "d", 10, 10);
        assertEquals(3, buckets.size());
        assertInstanceOf(Taken.Short.class, take(buckets, "a", 10, 1));
        assertInstanceOf(Taken.Short.class, take(buckets, "c", 10, 1));
        assertInstanceOf(Taken.Granted.class, take(buckets, "b", 10, 1));
    }

    @Test
    void anotherRateFillsFromNowOn() {
        RateBuckets buckets = buckets();
        take(buckets, "a", 60, 60);
        pass(Duration.ofSeconds(10));
        buckets.settle("a", 600, 0);
        pass(Duration.ofSeconds(1));
        // Of 60 missing 10 came at the old rate and 10 at the new one.
        var left = assertInstanceOf(Taken.Granted.class, take(buckets, "a", 600, 1));
        assertEquals(600 - 40 - 1, left.remaining());
    }
}
