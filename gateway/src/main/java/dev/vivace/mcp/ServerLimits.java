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

    /** How long a call waits for a turn of its tool and one of its server together. */
    private static final Duration QUEUE_WAIT = ToolLimit.DEFAULT.queueWait();

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

    /** How long an attempt waits at most before it is made or refused. */
    static Duration longestWait() {
        return QUEUE_WAIT.plusSeconds(1);
    }

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
                QUEUE_WAIT,
                terms.perMinute(),
                NO_BREAKER,
                ToolLimit.DEFAULT.retry());
    }
}
