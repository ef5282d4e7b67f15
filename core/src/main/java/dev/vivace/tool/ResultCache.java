package dev.vivace.tool;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.github.benmanes.caffeine.cache.RemovalCause;
import dev.vivace.cache.Invalidation;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Results of calls that change nothing, for as long as nothing was written that they depend on, and
 * not longer than their tool allows. Bounded in bytes. A result that says that the tool failed is
 * kept for a short time only.
 *
 * <p>The version of what a result depends on is kept beside it, not in its key: there is never more
 * than one result of a call, and the newer one takes the place of the older. Thread-safe; nothing
 * here blocks.
 */
public final class ResultCache {
    /** 64 MB. */
    public static final long DEFAULT_MAX_BYTES = 64L << 20;

    /** Of results that say that the tool failed: 5 s. */
    public static final Duration DEFAULT_NEGATIVE_TIME_TO_LIVE = Duration.ofSeconds(5);

    private static final Duration LONGEST = Duration.ofDays(30);

    /** How it is used. */
    public record Statistics(
            long entries, long bytes, long maxBytes, long hits, long misses, long evictions) {
        /** 0 to 1; 0 before the first look-up. */
        public double hitRate() {
            return hits + misses == 0 ? 0 : (double) hits / (hits + misses);
        }
    }

    private record Entry(ToolResult result, long version, long nanosToLive, int weight) {}

    private final Cache<ResultKey, Entry> results;
    private final long maxBytes;
    private final Duration negativeTimeToLive;
    private final AtomicLong invalidations = new AtomicLong();

    /** Who shares results shares these, unless it says otherwise. */
    final ResourceVersions versions = new ResourceVersions();

    private final LongAdder hits = new LongAdder();
    private final LongAdder misses = new LongAdder();
    private final LongAdder evictions = new LongAdder();

    public ResultCache() {
        this(DEFAULT_MAX_BYTES, DEFAULT_NEGATIVE_TIME_TO_LIVE, System::nanoTime);
    }

    /**
     * @param maxBytes 0 or more; with 0 nothing is kept
     * @param negativeTimeToLive of results that say that the tool failed, 0 or more
     * @param nanos a clock that never goes back
     * @throws IllegalArgumentException if one of them is negative
     */
    public ResultCache(long maxBytes, Duration negativeTimeToLive, LongSupplier nanos) {
        Require.range("maxBytes", maxBytes, 0L, Long.MAX_VALUE);
        Require.range("negativeTimeToLive", negativeTimeToLive, Duration.ZERO, LONGEST);
        this.maxBytes = maxBytes;
        this.negativeTimeToLive = negativeTimeToLive;
        this.results =
                Caffeine.newBuilder()
                        .maximumWeight(maxBytes)
                        .weigher((ResultKey key, Entry entry) -> entry.weight)
                        .ticker(nanos::getAsLong)
                        .expireAfter(
                                Expiry.<ResultKey, Entry>writing(
                                        (key, entry) -> Duration.ofNanos(entry.nanosToLive)))
                        .executor(Runnable::run)
                        .removalListener(this::removed)
                        .build();
    }

    private void removed(@Nullable ResultKey key, @Nullable Entry entry, RemovalCause cause) {
        // Not those whose time was over.
        if (cause == RemovalCause.SIZE) {
            evictions.increment();
        }
    }

    /** The result of such a call, if it is still what the call would say; counted. */
    Optional<ToolResult> find(Reading reading) {
        ResultKey key = reading.key();
        Entry entry = results.getIfPresent(key);
        if (entry != null && entry.version == reading.version()) {
            hits.increment();
            return Optional.of(entry.result);
        }
        if (entry != null && entry.version < reading.version()) {
            results.asMap().remove(key, entry);
        }
        misses.increment();
        return Optional.empty();
    }

    /** Changes with every invalidation. */
    long invalidations() {
        return invalidations.get();
    }

    /**
     * Keeps a result, unless there was an invalidation, of whatever, since the call began.
     *
     * @param reading as it was before the call; what it depends on has the same version still
     * @param heapBytes that the result takes in memory
     */
    void store(Reading reading, ToolResult result, long heapBytes, Duration timeToLive) {
        Duration kept = result.error() ? least(timeToLive, negativeTimeToLive) : timeToLive;
        long weight = reading.key().heap() + heapBytes;
        if (!kept.isPositive() || weight > mostBytes() || outdated(reading)) {
            return;
        }
        var entry =
                new Entry(result, reading.version(), least(kept, LONGEST).toNanos(), (int) weight);
        results.asMap()
                .merge(
                        reading.key(),
                        entry,
                        (old, young) -> old.version > young.version ? old : young);
        // Once more: an invalidation that came meanwhile may have passed here before the result.
        if (outdated(reading)) {
            results.asMap().remove(reading.key(), entry);
        }
    }

    private boolean outdated(Reading reading) {
        return invalidations.get() != reading.invalidations();
    }

    /** A sixteenth of the whole, so that no single result empties the cache. */
    private long mostBytes() {
        return Math.min(maxBytes / 16, Integer.MAX_VALUE);
    }

    private static Duration least(Duration a, Duration b) {
        return a.compareTo(b) < 0 ? a : b;
    }

    /** Forgets the results of a tool, and lets none in that is under way; says how many. */
    public long invalidateTool(String tool) {
        return invalidate(key -> key.tool().equals(tool));
    }

    /** Forgets what depends on a resource, and lets nothing in that is under way; says how many. */
    public long invalidateResource(Resource resource) {
        return invalidate(key -> key.reads().stream().anyMatch(resource::overlaps));
    }

    /**
     * Forgets the calls that a pattern matches, and lets nothing in that is under way; says how
     * many.
     *
     * @param glob ({@code *} any text, {@code ?} one character) over the name of the tool, a space,
     *     and its arguments as JSON without spaces, members in the order of their names
     */
    public long invalidatePattern(String glob) {
        return invalidate(key -> Invalidation.matches(glob, key.tool() + ' ' + key.arguments()));
    }

    /** Forgets everything, and lets nothing in that is under way; says how much. */
    public long invalidateAll() {
        return invalidate(key -> true);
    }

    private long invalidate(Predicate<ResultKey> which) {
        // In this order: what is stored before it is counted is seen here, what comes later sees
        // it.
        invalidations.incrementAndGet();
        long removed = 0;
        for (Map.Entry<ResultKey, Entry> entry : results.asMap().entrySet()) {
            if (which.test(entry.getKey()) && results.asMap().remove(entry.getKey()) != null) {
                removed++;
            }
        }
        return removed;
    }

    public Statistics statistics() {
        results.cleanUp();
        long bytes =
                results.policy()
                        .eviction()
                        .map(eviction -> eviction.weightedSize().orElse(0))
                        .orElse(0L);
        return new Statistics(
                results.estimatedSize(),
                bytes,
                maxBytes,
                hits.sum(),
                misses.sum(),
                evictions.sum());
    }
}
