package dev.vivace.tool;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How the calls of each tool went. A call of a tool that is slow is logged, at most once a minute
 * for each tool. Keeps 1,000 tools; further ones are counted together. Thread-safe.
 */
public final class ToolStats {
    /** The name under which the tools are counted for which there is no more room. */
    public static final String OTHERS = "(others)";

    private static final Logger LOG = LoggerFactory.getLogger(ToolStats.class);
    private static final int MAX_TOOLS = 1_000;

    private final Duration slow;
    private final long slowNanos;
    private final LongSupplier nanos;
    private final int maxTools;
    private final ConcurrentHashMap<String, ToolCounts> tools = new ConcurrentHashMap<>();

    /** 10 s are slow. */
    public ToolStats() {
        this(Duration.ofSeconds(10), System::nanoTime);
    }

    /**
     * @param slow a call that takes as long is logged
     * @param nanos a clock that never goes back
     */
    public ToolStats(Duration slow, LongSupplier nanos) {
        this(slow, nanos, MAX_TOOLS);
    }

    ToolStats(Duration slow, LongSupplier nanos, int maxTools) {
        this.slow = slow;
        this.slowNanos = Durations.nanos(slow);
        this.nanos = nanos;
        this.maxTools = maxTools;
    }

    /**
     * The calls of one tool.
     *
     * @param calls all of them, refused ones and those made early included
     * @param successes where the tool answered, and not with an error
     * @param cached answered from the cache
     * @param joined answered with what another call got
     * @param speculated answered with what was called before it was asked for, which was counted
     *     then as well
     * @param waited executions that had to wait for their turn
     * @param retries attempts beyond the first
     * @param repeats calls that changed nothing and were the same as one shortly before, with
     *     nothing written in between
     * @param timed how many were measured: for each time that the tool was called and has ended, or
     *     was given up because it took too long
     * @param p50 of what calls spent inside the tool, in all their attempts, but not what they
     *     waited for their turn or paused between them; accurate to 1 %; zero if none of them
     *     called it
     * @param p95 likewise
     * @param p99 likewise
     */
    public record Summary(
            String tool,
            long calls,
            long successes,
            long cached,
            long joined,
            long speculated,
            long waited,
            long retries,
            long repeats,
            long timed,
            Duration p50,
            Duration p95,
            Duration p99) {}

    /** What an operator could do. */
    public record Recommendation(String tool, Kind kind, String text) {
        /** What there is to say. */
        public enum Kind {
            /** It takes room in prompts, and nobody calls it. */
            UNUSED,
            /** Calls wait for it. */
            SLOW,
            /** The same is read again and again, and may not be kept. */
            WORTH_CACHING
        }
    }

    /** All tools that were called, in the order of their names. */
    public List<Summary> summaries() {
        return tools.entrySet().stream()
                .map(entry -> entry.getValue().summary(entry.getKey()))
                .sorted(Comparator.comparing(Summary::tool))
                .toList();
    }

    /**
     * What could be done about tools, once there were enough calls to say.
     *
     * @param offered the tools that there are now
     */
    public List<Recommendation> recommendations(Collection<ToolDefinition> offered) {
        long calls = tools.values().stream().mapToLong(ToolCounts::calls).sum();
        var found = new ArrayList<Recommendation>();
        for (ToolDefinition definition : offered) {
            ToolCounts counts = tools.get(definition.name());
            if (counts != null) {
                Advice.add(found, counts.summary(definition.name()), slow);
            } else if (!tools.containsKey(OTHERS)) {
                Advice.unused(found, definition.name(), calls);
            }
        }
        return found;
    }

    /** A call has ended. */
    void settle(String tool, ToolOutcome outcome) {
        counts(tool).add(outcome);
    }

    /** So many nanoseconds were spent inside the tool for a call, or for several that joined. */
    void took(String tool, long tookNanos) {
        ToolCounts counts = counts(tool);
        counts.took(tookNanos);
        if (tookNanos >= slowNanos && counts.timeToLog(nanos.getAsLong())) {
            LOG.warn("the tool {} is slow: {} ms", ShortText.of(tool), tookNanos / 1_000_000);
        }
    }

    /** An execution had to wait for its turn. */
    void waited(String tool) {
        counts(tool).waited();
    }

    /** An attempt beyond the first is made. */
    void retried(String tool) {
        counts(tool).retried();
    }

    /** A call that changes nothing comes in, and may not be kept. */
    void read(String tool, Reading reading) {
        counts(tool).read(reading.hashCode());
    }

    private ToolCounts counts(String tool) {
        ToolCounts found = tools.get(tool);
        if (found != null) {
            return found;
        }
        String name = tools.size() < maxTools ? tool : OTHERS;
        return tools.computeIfAbsent(name, key -> new ToolCounts());
    }
}
