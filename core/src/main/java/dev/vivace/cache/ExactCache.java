package dev.vivace.cache;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.github.benmanes.caffeine.cache.RemovalCause;
import com.github.benmanes.caffeine.cache.Ticker;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Predicate;

/**
 * Answers by the fingerprint of their request, bounded in bytes, each with its own time to live.
 * Thread-safe; nothing here blocks, and disk work is the store's own thread's.
 */
public final class ExactCache {
    /** What {@code /admin/cache} says. */
    public record Statistics(
            long entries, long bytes, long maxBytes, long hits, long misses, long evictions) {
        public double hitRate() {
            return hits + misses == 0 ? 0 : (double) hits / (hits + misses);
        }
    }

    private final Cache<Fingerprint, CachedAnswer> answers;
    private final RecentInvalidations invalidations = new RecentInvalidations();
    private final CacheStore store;
    private final InstantSource clock;
    private volatile long maxBytes;
    private final LongAdder hits = new LongAdder();
    private final LongAdder misses = new LongAdder();
    private final LongAdder evictions = new LongAdder();

    /**
     * @param store where entries are kept as well, and what the cache begins with
     */
    public ExactCache(long maxBytes, CacheStore store, InstantSource clock) {
        this.maxBytes = maxBytes;
        this.store = store;
        this.clock = clock;
        this.answers =
                Caffeine.newBuilder()
                        .maximumWeight(maxBytes)
                        .weigher((Fingerprint key, CachedAnswer answer) -> answer.weight())
                        .ticker(ticker(clock))
                        .expireAfter(
                                Expiry.<Fingerprint, CachedAnswer>writing((key, answer) ->
                                        answer.ttl()
                                                .minusMillis(clock.millis() - answer.storedAt())))
                        // On the caller's thread: removals are cheap, and statistics are exact at
                        // once.
                        .executor(Runnable::run)
                        .removalListener(this::removed)
                        .build();
        store.load((key, answer) -> {
            if (clock.millis() - answer.storedAt() < answer.ttl().toMillis()) {
                answers.put(key, answer);
            } else {
                store.remove(key);
            }
        });
    }

    private static Ticker ticker(InstantSource clock) {
        return () -> clock.millis() * 1_000_000;
    }

    /**
     * The largest body worth offering: a sixteenth of the whole, so that no single answer empties
     * the cache.
     */
    public long maxAnswerBytes() {
        return Math.min(maxBytes / 16, 16 << 20);
    }

    /** A stored answer, not older than the caller wants it; counted as a hit or a miss. */
    public Optional<CachedAnswer> find(Fingerprint key, Optional<Duration> maxAge) {
        return counted(peek(key, maxAge));
    }

    /** Counts a look-up as a hit or a miss. */
    public Optional<CachedAnswer> counted(Optional<CachedAnswer> found) {
        (found.isEmpty() ? misses : hits).increment();
        return found;
    }

    /** The same, not counted. */
    public Optional<CachedAnswer> peek(Fingerprint key, Optional<Duration> maxAge) {
        return Optional.ofNullable(answers.getIfPresent(key))
                .filter(found ->
                        maxAge.isEmpty()
                                || Duration.ofMillis(clock.millis() - found.storedAt())
                                                .compareTo(maxAge.get())
                                        < 0);
    }

    /** How old an answer is, in whole seconds. */
    public long ageSeconds(CachedAnswer answer) {
        return Math.max(0, (clock.millis() - answer.storedAt()) / 1000);
    }

    /** Stores an answer, in place of an earlier one. */
    public void store(Fingerprint key, CachedAnswer answer) {
        // In this order: a cache that is full may drop the entry, here and in the store, at once.
        store.put(key, answer);
        answers.put(key, answer);
    }

    /**
     * Stores an answer, in place of an earlier one, unless it was invalidated while it was on its
     * way: whatever an invalidation matches and was asked for before it is not stored after it.
     *
     * @param asked when it was asked for at the earliest, by {@link System#nanoTime}
     * @return whether it is stored
     */
    public boolean store(Fingerprint key, CachedAnswer answer, long asked) {
        if (invalidations.reach(answer, asked)) {
            return false;
        }
        store(key, answer);
        // Once more: an invalidation that came meanwhile may have passed here before the answer.
        if (invalidations.reach(answer, asked)) {
            answers.asMap().remove(key, answer);
            return false;
        }
        return true;
    }

    /** Adds a form to an answer that is still there; not a new entry, and not worth the disk. */
    public void keepForm(Fingerprint key, CachedAnswer before, CachedAnswer after) {
        answers.asMap().replace(key, before, after);
    }

    /**
     * Forgets what the conditions hold for, on disk as well, and lets nothing in that they hold for
     * and that was asked for before.
     *
     * @param which pure; called by any thread, for a while
     * @return how many were forgotten
     */
    public long invalidate(Predicate<CachedAnswer> which) {
        // In this order: what is stored before it is noted is seen here, what comes later sees it.
        invalidations.add(which);
        long removed = 0;
        for (var entry : answers.asMap().entrySet()) {
            if (which.test(entry.getValue()) && answers.asMap().remove(entry.getKey()) != null) {
                removed++;
            }
        }
        return removed;
    }

    /** Holds so much at most from now on; what is over that is dropped at once. */
    public void resize(long most) {
        maxBytes = most;
        answers.policy().eviction().ifPresent(eviction -> eviction.setMaximum(most));
    }

    public Statistics statistics() {
        answers.cleanUp();
        long bytes =
                answers.policy()
                        .eviction()
                        .map(eviction -> eviction.weightedSize().orElse(0))
                        .orElse(0L);
        return new Statistics(
                answers.estimatedSize(),
                bytes,
                maxBytes,
                hits.sum(),
                misses.sum(),
                evictions.sum());
    }

    private void removed(
            @org.jspecify.annotations.Nullable Fingerprint key,
            @org.jspecify.annotations.Nullable CachedAnswer answer,
            RemovalCause cause) {
        if (cause == RemovalCause.REPLACED || key == null) {
            return;
        }
        if (cause.wasEvicted()) {
            evictions.increment();
        }
        store.remove(key);
    }
}
