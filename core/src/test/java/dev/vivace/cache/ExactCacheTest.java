package dev.vivace.cache;

import static dev.vivace.cache.CachedAnswers.NOW;
import static dev.vivace.cache.CachedAnswers.answer;
import static dev.vivace.cache.CachedAnswers.key;
import static dev.vivace.cache.CachedAnswers.labelled;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ExactCacheTest {
    private static final Optional<String> ANY = Optional.empty();

    private final AtomicLong now = new AtomicLong(NOW);

    private ExactCache cache(long maxBytes) {
        return new ExactCache(maxBytes, CacheStore.none(), () -> Instant.ofEpochMilli(now.get()));
    }

    @Test
    void statisticsAreExact() {
        ExactCache cache = cache(1 << 20);
        CachedAnswer answer = answer("q");
        cache.find(key(1), Optional.empty());
        cache.store(key(1), answer);
        cache.find(key(1), Optional.empty());
        cache.find(key(1), Optional.of(Duration.ZERO));
        cache.peek(key(1), Optional.empty());
        assertEquals(
                new ExactCache.Statistics(1, answer.weight(), 1 << 20, 1, 2, 0),
                cache.statistics());
        assertEquals(1.0 / 3, cache.statistics().hitRate(), 1e-9);
        cache.store(key(1), answer("another"));
        assertEquals(1, cache.statistics().entries());
        assertEquals(0, cache.statistics().evictions());
    }

    @Test
    void anEntryLivesAsLongAsItsOwnTimeToLive() {
        ExactCache cache = cache(1 << 20);
        cache.store(key(1), answer("a", 10, NOW, Duration.ofSeconds(10)));
        cache.store(key(2), answer("b", 10, NOW, Duration.ofSeconds(20)));
        cache.store(key(3), answer("c", 10, NOW, Duration.ZERO));
        assertEquals(Optional.empty(), cache.find(key(3), Optional.empty()));
        now.addAndGet(9_999);
        assertEquals(9, cache.ageSeconds(cache.find(key(1), Optional.empty()).orElseThrow()));
        now.addAndGet(1);
        assertEquals(Optional.empty(), cache.find(key(1), Optional.empty()));
        assertTrue(cache.find(key(2), Optional.empty()).isPresent());
        now.addAndGet(10_000);
        assertEquals(Optional.empty(), cache.find(key(2), Optional.empty()));
        assertEquals(0, cache.statistics().entries());
        assertEquals(0, cache.statistics().bytes());
    }

    @Test
    void anotherFormNeitherProlongsNorReplacesWhatCameSince() {
        ExactCache cache = cache(1 << 20);
        CachedAnswer first = answer("a", 10, NOW, Duration.ofSeconds(10));
        cache.store(key(1), first);
        now.addAndGet(5_000);
        CachedAnswer both = first.with(first.object(), Optional.of(new byte[50]));
        cache.keepForm(key(1), first, both);
        assertSame(both, cache.find(key(1), Optional.empty()).orElseThrow());
        assertEquals(both.weight(), cache.statistics().bytes());
        CachedAnswer newer = answer("b", 10, NOW, Duration.ofSeconds(10));
        cache.store(key(1), newer);
        cache.keepForm(key(1), both, first);
        assertSame(newer, cache.find(key(1), Optional.empty()).orElseThrow());
        cache.keepForm(key(2), first, both);
        assertEquals(1, cache.statistics().entries());
        now.addAndGet(5_000);
        assertEquals(Optional.empty(), cache.find(key(1), Optional.empty()));
    }

    @Test
    void theBoundHoldsUnderLoad() throws Exception {
        ExactCache cache = cache(500_000);
        List<Thread> threads = new ArrayList<>();
        var worst = new AtomicLong();
        for (int t = 0; t < 8; t++) {
            var random = new Random(t);
            threads.add(
                    Thread.ofPlatform()
                            .start(() -> {
                                for (int i = 0; i < 3_000; i++) {
                                    int number = random.nextInt(2_000);
                                    cache.store(
                                            key(number),
                                            answer(
                                                    "q" + number,
                                                    random.nextInt(20_000),
                                                    NOW,
                                                    Duration.ofHours(1)));
                                    cache.find(key(random.nextInt(2_000)), Optional.empty());
                                    if (i % 50 == 0) {
                                        worst.accumulateAndGet(
                                                cache.statistics().bytes(), Math::max);
                                    }
                                }
                            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        ExactCache.Statistics after = cache.statistics();
        assertTrue(after.bytes() <= 500_000 && after.bytes() > 250_000, after.toString());
        // While entries pour in, those that are to leave for them may still be there: Caffeine lets
        // its write buffer fill before it makes callers wait for the eviction.
        long buffered =
                128L * Integer.highestOneBit(2 * Runtime.getRuntime().availableProcessors());
        assertTrue(worst.get() < 500_000 + buffered * 20_000, "worst: " + worst);
        assertEquals(8 * 3_000, after.hits() + after.misses());
        long weights = 0;
        long entries = 0;
        for (int i = 0; i < 2_000; i++) {
            Optional<CachedAnswer> there = cache.peek(key(i), Optional.empty());
            weights += there.map(CachedAnswer::weight).orElse(0);
            entries += there.isPresent() ? 1 : 0;
        }
        assertEquals(after.bytes(), weights);
        assertEquals(after.entries(), entries);
    }

    @Test
    void eachConditionForgetsWhatItHoldsForAndAllOfThemTogetherLess() {
        assertEquals(2, invalidated(Optional.of("s1"), ANY, ANY, ANY, false));
        assertEquals(0, invalidated(Optional.of("s"), ANY, ANY, ANY, false));
        assertEquals(1, invalidated(Optional.of(""), ANY, ANY, ANY, false));
        assertEquals(3, invalidated(ANY, Optional.of("m1"), ANY, ANY, false));
        assertEquals(2, invalidated(ANY, ANY, Optional.of("team=red"), ANY, false));
        assertEquals(0, invalidated(ANY, ANY, Optional.of("team"), ANY, false));
        assertEquals(2, invalidated(ANY, ANY, ANY, Optional.of("*weather*"), false));
        assertEquals(1, invalidated(Optional.of("s1"), Optional.of("m1"), ANY, ANY, false));
        assertEquals(
                1,
                invalidated(
                        Optional.of("s1"),
                        Optional.of("m1"),
                        Optional.of("team=red"),
                        Optional.of("*"),
                        false));
        assertEquals(0, invalidated(ANY, Optional.of("m2"), ANY, Optional.of("*weather*"), false));
        assertEquals(4, invalidated(ANY, ANY, ANY, ANY, true));
        assertEquals(2, invalidated(Optional.of("s1"), ANY, ANY, ANY, true));
        var refused =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> new Invalidation(ANY, ANY, ANY, ANY, false));
        assertTrue(String.valueOf(refused.getMessage()).startsWith("say what to forget"));
    }

    private long invalidated(
            Optional<String> scope,
            Optional<String> model,
            Optional<String> tag,
            Optional<String> pattern,
            boolean all) {
        ExactCache cache = cache(1 << 20);
        cache.store(key(1), labelled("s1", "m1", List.of("team=red", "x=1"), "the weather today"));
        cache.store(key(2), labelled("s1", "m2", List.of(), "hello"));
        cache.store(key(3), labelled("s2", "m1", List.of("team=red"), "weather?"));
        cache.store(key(4), labelled("", "m1", List.of("team=blue"), ""));
        var which = new Invalidation(scope, model, tag, pattern, all);
        Set<Long> left = new HashSet<>();
        long removed = cache.invalidate(which);
        for (long i = 1; i <= 4; i++) {
            cache.peek(key(i), Optional.empty())
                    .filter(which.negate())
                    .ifPresent(kept -> left.add(kept.storedAt()));
        }
        assertEquals(4 - removed, cache.statistics().entries());
        assertEquals(0, cache.statistics().evictions());
        assertEquals(removed == 4, left.isEmpty());
        return removed;
    }

    @Test
    void whatExpiredIsNotCountedAsForgotten() {
        ExactCache cache = cache(1 << 20);
        cache.store(key(1), answer("a", 10, NOW, Duration.ofSeconds(1)));
        cache.store(key(2), answer("b", 10, NOW, Duration.ofSeconds(9)));
        now.addAndGet(1_000);
        assertEquals(1, cache.invalidate(new Invalidation(ANY, ANY, ANY, ANY, true)));
    }

    private static Invalidation pattern(String glob) {
        return new Invalidation(ANY, ANY, ANY, Optional.of(glob), false);
    }

    @Test
    void whatWasAskedForBeforeAnInvalidationIsNotStoredAfterIt() {
        ExactCache cache = cache(1 << 20);
        long before = System.nanoTime();
        cache.invalidate(pattern("a*"));
        long after = System.nanoTime() + 1;
        assertFalse(cache.store(key(1), answer("a1"), before));
        assertTrue(cache.store(key(2), answer("b1"), before));
        assertTrue(cache.store(key(1), answer("a2"), after));
        assertEquals(2, cache.statistics().entries());
    }

    /** Invalidations are not kept for ever; what may have been meant by one is not stored. */
    @Test
    void whatWasAskedForLongBeforeIsNotStored() {
        ExactCache cache = cache(1 << 20);
        long before = System.nanoTime();
        for (int i = 0; i < RecentInvalidations.KEPT; i++) {
            cache.invalidate(pattern("a*"));
        }
        assertTrue(cache.store(key(1), answer("b"), before));
        cache.invalidate(pattern("c"));
        assertFalse(cache.store(key(2), answer("b"), before));
        assertTrue(cache.store(key(2), answer("b"), System.nanoTime() + 1));
    }

    /**
     * Of one that stores and one that invalidates at the same moment, the one that invalidates
     * wins.
     */
    @Test
    void noRaceBringsAnInvalidatedAnswerBack() throws Exception {
        ExactCache cache = cache(1 << 20);
        for (int round = 0; round < 3_000; round++) {
            long asked = System.nanoTime();
            var barrier = new CyclicBarrier(2);
            Thread storing =
                    Thread.ofPlatform()
                            .start(() -> {
                                await(barrier);
                                cache.store(key(1), answer("a"), asked);
                            });
            await(barrier);
            cache.invalidate(pattern("a"));
            storing.join();
            assertEquals(Optional.empty(), cache.peek(key(1), Optional.empty()), "round " + round);
        }
    }

    private static void await(CyclicBarrier barrier) {
        try {
            barrier.await();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
