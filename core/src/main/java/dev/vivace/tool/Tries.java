package dev.vivace.tool;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Makes a call, and again where its plan says so and no harm can come of it. It has ended when no
 * attempt goes on any more, and none will come.
 */
final class Tries {
    private final CallLine line;
    private final Prepared.Ready ready;
    private final ToolContext context;
    private final boolean skipCache;
    private final Runnable ended;

    /** Attempts that go on, and one for that there may be more. */
    private final AtomicInteger open = new AtomicInteger(1);

    Tries(
            CallLine line,
            Prepared.Ready ready,
            ToolContext context,
            boolean skipCache,
            Runnable ended) {
        this.line = line;
        this.ready = ready;
        this.context = context;
        this.skipCache = skipCache;
        this.ended = ended;
    }

    ToolOutcome run(PlannedCall call) {
        try {
            ToolOutcome outcome = attempt(call, skipCache);
            for (int made = 1; outcome instanceof ToolOutcome.Failed failed; made++) {
                Optional<Duration> wait =
                        ready.effects().repeatable(ready.tool())
                                ? call.beforeRetry(made, failed)
                                : Optional.empty();
                if (wait.isEmpty()) {
                    return outcome;
                }
                Thread.sleep(wait.get());
                // What is kept by now is what did not do.
                outcome = attempt(call, true);
            }
            return outcome;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new ToolOutcome.Failed(
                    ToolOutcome.Reason.CANCELLED, "it was cancelled before it was made again");
        } finally {
            close();
        }
    }

    private ToolOutcome attempt(PlannedCall call, boolean skip) {
        open.incrementAndGet();
        var first = new AtomicBoolean(true);
        Runnable end =
                () -> {
                    if (first.getAndSet(false)) {
                        close();
                    }
                };
        try {
            return call.check(line.run(ready, context, skip, end));
        } catch (RuntimeException | Error e) {
            end.run();
            return new ToolOutcome.Failed(ToolOutcome.Reason.FAILED, String.valueOf(e));
        }
    }

    private void close() {
        if (open.decrementAndGet() == 0) {
            ended.run();
        }
    }
}
