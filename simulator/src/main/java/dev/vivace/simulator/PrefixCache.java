package dev.vivace.simulator;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * What a provider keeps of prompts: their beginnings, in blocks of {@value #STEP} tokens, each
 * known by a digest of everything up to its end. Only exact beginnings of {@value #MINIMUM} tokens
 * or more count. Bounded; thread-safe.
 */
final class PrefixCache {
    static final int STEP = 128;
    static final int MINIMUM = 1024;
    private static final int MAX_BLOCKS = 200_000;

    private final Cache<Long, Boolean> known;

    /**
     * @param ttl how long a block stays after its last use
     * @param nanos the clock
     */
    PrefixCache(Duration ttl, LongSupplier nanos) {
        known =
                Caffeine.newBuilder()
                        .maximumSize(MAX_BLOCKS)
                        .expireAfterWrite(ttl)
                        .ticker(nanos::getAsLong)
                        .executor(Runnable::run)
                        .build();
    }

    /** How many tokens at the prompt's beginning are here; at least one is always fresh. */
    int cachedTokens(Prompt prompt) {
        int usable = Math.min(prompt.blocks().length, (prompt.tokens() - 1) / STEP);
        int count = 0;
        while (count < usable && known.getIfPresent(prompt.blocks()[count]) != null) {
            count++;
        }
        return count * STEP < MINIMUM ? 0 : count * STEP;
    }

    /** The provider has read this prompt now. */
    void remember(Prompt prompt) {
        if (prompt.tokens() >= MINIMUM) {
            for (long block : prompt.blocks()) {
                known.put(block, Boolean.TRUE);
            }
        }
    }

    void clear() {
        known.invalidateAll();
    }
}
