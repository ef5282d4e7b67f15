package dev.vivace.mcp;

import dev.vivace.config.ToolServer;
import dev.vivace.deliver.BreakerOptions;
import dev.vivace.limit.LocalBuckets;
import dev.vivace.tool.ToolLimit;
import dev.vivace.tool.ToolLimits;
import dev.vivace.tool.ToolLimits.Group;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;

/** What bounds the calls of each tool, and of each server that has limits of its own. */
final class ServerLimits {
    /** As many as wait for one tool. */
    private static final int QUEUE = ToolLimit.DEFAULT.queue();

    private static final int MOST_AT_ONCE = 10_000;

    /** Each tool has its own; one that fails is no reason to leave the others alone. */
    private static final BreakerOptions NO_BREAKER =
            new BreakerOptions(
                    false,
                    BreakerOptions.DEFAULT.window(),
                    BreakerOptions.DEFAULT.minCalls(),
                    BreakerOptions.DEFAULT.failureRate(),
                    BreakerOptions.DEFAULT.open(),
                    BreakerOptions.DEFAULT.probes());

    private ServerLimits() {}

    /**
     * @param tools by the names under which they are offered
     */
    static ToolLimits of(Function<String, Optional<McpTool>> tools) {
        return new ToolLimits(
                tool -> ToolLimit.DEFAULT,
                tool -> tools.apply(tool).flatMap(ServerLimits::group),
                new LocalBuckets(),
                System::nanoTime,
                // Whoever asks is asked on its own thread.
                () -> ThreadLocalRandom.current().nextLong());
    }

    private static Optional<Group> group(McpTool tool) {
        ToolServer.Terms terms = tool.terms();
        return terms.concurrency().isEmpty() && terms.perMinute().isEmpty()
                ? Optional.empty()
                : Optional.of(new Group(tool.server(), limit(terms)));
    }

    private static ToolLimit limit(ToolServer.Terms terms) {
        return new ToolLimit(
                terms.concurrency().orElse(MOST_AT_ONCE),
                QUEUE,
                longest(terms.timeout()),
                terms.perMinute(),
                NO_BREAKER,
                ToolLimit.DEFAULT.retry());
    }

    /** Whoever waits for longer than a call may take is not waited for. */
    private static Duration longest(Duration timeout) {
        Duration most = Duration.ofMinutes(10);
        return timeout.compareTo(most) < 0 ? timeout : most;
    }
}
