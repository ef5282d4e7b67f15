package dev.vivace.limit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * What all buckets keep to, wherever they are. Rates that must not refill while a test runs are so
 * low that a second brings nothing, so that this holds under a real clock as well.
 */
public abstract class RateBucketsContract {
    /** A second brings a sixth of one. */
    private static final long SLOW = 10;

    /** A millisecond brings one. */
    private static final long FAST = 60_000;

    /** New ones, all full, or a store's with names that were never used. */
    protected abstract RateBuckets buckets();

    /** Moves the clock, or waits. */
    protected abstract void pass(Duration time) throws Exception;

    private static Taken take(RateBuckets from, String bucket, long perMinute, long amount) {
        try {
            return from.take(bucket, perMinute, amount)
                    .toCompletableFuture()
                    .get(10, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static Taken.Granted granted(Taken taken) {
        return assertInstanceOf(Taken.Granted.class, taken);
    }

    private static Taken.Short refused(Taken taken) {
        return assertInstanceOf(Taken.Short.class, taken);
    }

    @Test
    void holdsAMinutesWorthAndNoMore() {
        RateBuckets buckets = buckets();
        for (long left = SLOW - 1; left >= 0; left--) {
            assertEquals(left, granted(take(buckets, "a", SLOW, 1)).remaining());
        }
        assertEquals(0, refused(take(buckets, "a", SLOW, 1)).remaining());
    }

    @Test
    void bucketsOfOtherNamesAreOthers() {
        RateBuckets buckets = buckets();
        granted(take(buckets, "a", SLOW, SLOW));
        refused(take(buckets, "a", SLOW, 1));
        granted(take(buckets, "b", SLOW, SLOW));
    }

    @Test
    void whoIsRefusedHasTakenNothing() {
        RateBuckets buckets = buckets();
        granted(take(buckets, "a", SLOW, 4));
        assertEquals(6, refused(take(buckets, "a", SLOW, 7)).remaining());
        assertEquals(0, granted(take(buckets, "a", SLOW, 6)).remaining());
    }

    @Test
    void saysWhenItIsFullAgainAndWhenThereIsEnough() {
        RateBuckets buckets = buckets();
        Duration full = granted(take(buckets, "a", SLOW, SLOW)).reset();
        assertTrue(
                full.compareTo(Duration.ofSeconds(58)) > 0
                        && full.compareTo(Duration.ofSeconds(60)) <= 0,
                full::toString);
        Duration half = refused(take(buckets, "a", SLOW, SLOW / 2)).retryAfter();
        assertTrue(
                half.compareTo(Duration.ofSeconds(25)) > 0
                        && half.compareTo(Duration.ofSeconds(30)) <= 0,
                half::toString);
    }

    @Test
    void refillsEvenlyAndKeepsItsWordAboutWhen() throws Exception {
        RateBuckets buckets = buckets();
        granted(take(buckets, "a", FAST, FAST));
        Duration wait = refused(take(buckets, "a", FAST, 2_000)).retryAfter();
        assertTrue(wait.isPositive() && wait.compareTo(Duration.ofSeconds(2)) <= 0, wait::toString);
        pass(wait);
        granted(take(buckets, "a", FAST, 2_000));
        refused(take(buckets, "a", FAST, FAST));
    }

    @Test
    void aFullBucketGrantsAnyAmountAndOwesTheRest() {
        RateBuckets buckets = buckets();
        assertEquals(0, granted(take(buckets, "a", SLOW, 3 * SLOW)).remaining());
        Duration wait = refused(take(buckets, "a", SLOW, 1)).retryAfter();
        assertTrue(wait.compareTo(Duration.ofSeconds(120)) > 0, wait::toString);
    }

    @Test
    void moreThanItHoldsWaitsUntilItIsFull() {
        RateBuckets buckets = buckets();
        granted(take(buckets, "a", SLOW, 1));
        Duration wait = refused(take(buckets, "a", SLOW, 2 * SLOW)).retryAfter();
        assertTrue(wait.compareTo(Duration.ofSeconds(6)) <= 0, wait::toString);
    }

    @Test
    void whatIsPutBackIsThereAndNeverMoreThanItHolds() {
        RateBuckets buckets = buckets();
        granted(take(buckets, "a", SLOW, 8));
        buckets.settle("a", SLOW, 5);
        assertEquals(0, granted(take(buckets, "a", SLOW, 7)).remaining());
        buckets.settle("a", SLOW, 1_000);
        assertEquals(SLOW - 1, granted(take(buckets, "a", SLOW, 1)).remaining());
    }

    @Test
    void whatIsTakenAfterwardsIsTakenWhetherItIsThereOrNot() {
        RateBuckets buckets = buckets();
        granted(take(buckets, "a", SLOW, 8));
        buckets.settle("a", SLOW, -SLOW);
        Duration wait = refused(take(buckets, "a", SLOW, 1)).retryAfter();
        assertTrue(wait.compareTo(Duration.ofSeconds(45)) > 0, wait::toString);
    }

    @Test
    void anotherRateAppliesAtOnce() {
        RateBuckets buckets = buckets();
        granted(take(buckets, "a", SLOW, SLOW));
        refused(take(buckets, "a", SLOW, 1));
        granted(take(buckets, "a", 3 * SLOW, SLOW));
        refused(take(buckets, "a", SLOW, 1));
    }

    @Test
    void nobodyGetsWhatAnotherHas() throws Exception {
        RateBuckets buckets = buckets();
        long size = 200;
        try (var threads = Executors.newFixedThreadPool(8)) {
            List<Callable<Integer>> tasks = new ArrayList<>();
            for (int t = 0; t < 8; t++) {
                tasks.add(() -> {
                    int got = 0;
                    for (int i = 0; i < 50; i++) {
                        got += take(buckets, "a", size, 1) instanceof Taken.Granted ? 1 : 0;
                    }
                    return got;
                });
            }
            int all = 0;
            for (Future<Integer> each : threads.invokeAll(tasks)) {
                all += each.get();
            }
            // A store's second brings a few.
            assertTrue(all >= size && all <= size + 100, "granted " + all);
        }
    }
}
