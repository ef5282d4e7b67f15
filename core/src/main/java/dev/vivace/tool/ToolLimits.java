package dev.vivace.tool;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.vivace.limit.RateBuckets;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/**
 * What keeps tools, and the servers they belong to, from being asked too much: calls at a time,
 * calls a minute, a breaker, and how a call that failed is made again. The state of 10,000 tools
 * and servers at most is kept; what comes back after it was forgotten begins anew. Thread-safe.
 */
public final class ToolLimits {
    private static final int MAX = 10_000;

    /**
     * The tools that are limited together, such as those of one server.
     *
     * @param name unique among groups
     */
    public record Group(String name, ToolLimit limit) {}

    private final Function<String, ToolLimit> limits;
    private final Function<String, Optional<Group>> groups;
    private final RateBuckets buckets;
    private final LongSupplier nanos;
    private final RandomGenerator random;
    private final Cache<String, ToolGate> gates =
            Caffeine.newBuilder().maximumSize(MAX).executor(Runnable::run).build();

    /**
     * @param limits of a tool, by its name
     * @param groups of a tool, by its name
     * @param buckets for the calls a minute
     * @param nanos a clock that never goes back
     * @param random thread-safe, for the waits before retries
     */
    public ToolLimits(
            Function<String, ToolLimit> limits,
            Function<String, Optional<Group>> groups,
            RateBuckets buckets,
            LongSupplier nanos,
            RandomGenerator random) {
        this.limits = limits;
        this.groups = groups;
        this.buckets = buckets;
        this.nanos = nanos;
        this.random = random;
    }

    /** The tool's own gate, and that of its group. */
    List<ToolGate> gates(String tool) {
        return Stream.concat(
                        Stream.of(gate("tool " + tool, () -> limits.apply(tool))),
                        groups.apply(tool).stream()
                                .map(group -> gate("server " + group.name(), group::limit)))
                .toList();
    }

    private ToolGate gate(String name, Supplier<ToolLimit> limit) {
        return gates.get(name, key -> new ToolGate(key, limit.get(), nanos, random));
    }

    RateBuckets buckets() {
        return buckets;
    }
}
