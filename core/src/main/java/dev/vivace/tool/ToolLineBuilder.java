package dev.vivace.tool;

import dev.vivace.limit.LocalBuckets;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;
import java.util.function.LongSupplier;

/** What a {@link ToolLine} is made of. Not thread-safe. */
public final class ToolLineBuilder {
    private static final long DEFAULT_MAX_RESULT_BYTES = 8L << 20;
    private static final int DEFAULT_NATIVE_THREADS = 8;

    final Function<String, Optional<Tool>> tools;
    ToolAccess access = ToolAccess.EVERYBODY;
    Preparation preparation = new SchemaPreparation();
    ResultCache cache = new ResultCache();
    Optional<ResourceVersions> versions = Optional.empty();
    ToolLimits limits =
            new ToolLimits(
                    tool -> ToolLimit.DEFAULT,
                    tool -> Optional.empty(),
                    new LocalBuckets(),
                    System::nanoTime,
                    // Whoever asks is asked on its own thread.
                    () -> ThreadLocalRandom.current().nextLong());
    ToolStats stats = new ToolStats();
    long maxResultBytes = DEFAULT_MAX_RESULT_BYTES;
    int nativeThreads = DEFAULT_NATIVE_THREADS;
    LongSupplier nanos = System::nanoTime;

    ToolLineBuilder(Function<String, Optional<Tool>> tools) {
        this.tools = tools;
    }

    /** Who may call what; everybody everything if it is not said. */
    public ToolLineBuilder access(ToolAccess who) {
        access = who;
        return this;
    }

    /** As the schema of the tool says if it is not said. */
    ToolLineBuilder preparation(Preparation how) {
        preparation = how;
        return this;
    }

    public ToolLineBuilder cache(ResultCache results) {
        cache = results;
        return this;
    }

    /**
     * To be shared with whoever else writes the same resources; the cache's own if it is not said.
     * Lines that share a cache and not these have each their own results in it.
     */
    public ToolLineBuilder versions(ResourceVersions shared) {
        versions = Optional.of(shared);
        return this;
    }

    public ToolLineBuilder limits(ToolLimits bounds) {
        limits = bounds;
        return this;
    }

    public ToolLineBuilder stats(ToolStats figures) {
        stats = figures;
        return this;
    }

    /**
     * Bounds results.
     *
     * @param bytes the largest result as JSON text, 1 kB to 1 GB; 8 MB by default
     */
    public ToolLineBuilder maxResultBytes(long bytes) {
        Require.range("maxResultBytes", bytes, 1L << 10, 1L << 30);
        maxResultBytes = bytes;
        return this;
    }

    /**
     * Bounds platform threads.
     *
     * @param threads for tools that block in native code, 1 to 1,000; 8 by default
     */
    public ToolLineBuilder nativeThreads(int threads) {
        Require.range("nativeThreads", threads, 1, 1_000);
        nativeThreads = threads;
        return this;
    }

    /**
     * @param clock for how long calls take; one that never goes back
     */
    ToolLineBuilder nanos(LongSupplier clock) {
        nanos = clock;
        return this;
    }

    public ToolLine build() {
        return new ToolLine(this);
    }
}
