package dev.vivace.tool;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.vivace.deliver.BreakerOptions;
import dev.vivace.deliver.RetryOptions;
import dev.vivace.limit.LocalBuckets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;

/** A line with tools, and a clock that a test moves. */
final class ToolBench {
    static final Duration LONG = Duration.ofSeconds(60);

    /** For tests in which many calls fail on purpose. */
    static final ToolLimit WITHOUT_BREAKER =
            new ToolLimit(
                    100,
                    1_000,
                    Duration.ofSeconds(30),
                    OptionalLong.empty(),
                    new BreakerOptions(
                            false, Duration.ofSeconds(10), 20, 0.5, Duration.ofSeconds(5), 3),
                    RetryOptions.DEFAULT);

    final AtomicLong now = new AtomicLong();
    final Map<String, Tool> tools = new ConcurrentHashMap<>();
    final ResourceVersions versions = new ResourceVersions();
    final ResultCache cache;
    final ToolStats stats = new ToolStats(Duration.ofSeconds(10), now::get);
    final ToolLineBuilder builder;
    ToolLimits limits;
    private ToolLimit limit = ToolLimit.DEFAULT;
    private Optional<ToolLimits.Group> group = Optional.empty();

    ToolBench(Tool... all) {
        cache = new ResultCache(ResultCache.DEFAULT_MAX_BYTES, Duration.ofSeconds(5), now::get);
        for (Tool tool : all) {
            tools.put(tool.definition().name(), tool);
        }
        limits = limits();
        builder =
                ToolLine.of(name -> Optional.ofNullable(tools.get(name)))
                        .cache(cache)
                        .versions(versions)
                        .stats(stats)
                        .nanos(now::get);
    }

    ToolBench limit(ToolLimit of) {
        limit = of;
        return this;
    }

    ToolBench group(ToolLimits.Group of) {
        group = Optional.of(of);
        return this;
    }

    ToolLine line() {
        limits = limits();
        return builder.limits(limits).build();
    }

    private ToolLimits limits() {
        return new ToolLimits(
                tool -> limit,
                tool -> group,
                new LocalBuckets(now::get),
                now::get,
                () -> ThreadLocalRandom.current().nextLong());
    }

    /** How many wait for their turn. */
    int waiting(String tool) {
        return limits.gates(tool).stream().mapToInt(ToolGate::waiting).sum();
    }

    static ToolOutcome run(ToolLine line, String tool, String arguments) {
        return run(line, tool, arguments, "ann");
    }

    static ToolOutcome run(ToolLine line, String tool, String arguments, String principal) {
        return line.run(
                new ToolCall("1", tool, FakeTool.json(arguments)),
                new ToolContext(principal, LONG),
                CallOptions.DEFAULT);
    }

    static ToolOutcome.Done done(ToolOutcome outcome) {
        return assertInstanceOf(ToolOutcome.Done.class, outcome);
    }

    static ToolOutcome.Failed failed(ToolOutcome outcome) {
        return assertInstanceOf(ToolOutcome.Failed.class, outcome);
    }

    void pass(Duration time) {
        now.addAndGet(time.toNanos());
    }
}
