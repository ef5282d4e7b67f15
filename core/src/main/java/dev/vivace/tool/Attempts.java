package dev.vivace.tool;

import dev.vivace.tool.ToolOutcome.Done;
import dev.vivace.tool.ToolOutcome.Failed;
import dev.vivace.tool.ToolOutcome.Reason;
import dev.vivace.tool.ToolOutcome.Source;
import java.nio.file.FileSystemException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Calls a tool until it answers, or it may not be called again: limit > execute > invalidate.
 * Blocks. Thread-safe.
 */
final class Attempts {
    private static final Logger LOG = LoggerFactory.getLogger(Attempts.class);
    private static final int LONGEST_MESSAGE = 1_000;

    private final ToolLimits limits;
    private final ResourceVersions versions;
    private final NativePool natives;
    private final ToolStats stats;

    Attempts(ToolLimits limits, ResourceVersions versions, NativePool natives, ToolStats stats) {
        this.limits = limits;
        this.versions = versions;
        this.natives = natives;
        this.stats = stats;
    }

    /**
     * What is called.
     *
     * @param early whether nobody has asked for it yet: then it may take as long as it likes
     */
    record Work(
            Tool tool, ObjectNode arguments, Effects effects, ToolContext context, boolean early) {
        String name() {
            return tool.definition().name();
        }

        /** How long its result may be served again; a tool that cannot say means not at all. */
        Optional<Duration> timeToLive() {
            try {
                return Objects.requireNonNullElse(tool.timeToLive(), Optional.empty());
            } catch (RuntimeException | Error e) {
                return Optional.empty();
            }
        }

        /** A call that is felt outside may have been felt already when it failed. */
        private boolean repeatable() {
            return effects.repeatable(tool);
        }
    }

    /**
     * What came of one attempt.
     *
     * @param refused whether the tool was not even called
     * @param again whether another could do better
     */
    private record Attempt(ToolOutcome outcome, boolean refused, boolean again) {
        Attempt(ToolOutcome outcome, boolean again) {
            this(outcome, false, again);
        }

        static Attempt refused(Reason why, String message) {
            return new Attempt(new Failed(why, message), true, false);
        }
    }

    ToolOutcome run(Work work, Execution execution) {
        List<ToolGate> gates = limits.gates(work.name());
        ToolGate own = gates.getFirst();
        own.called();
        try {
            Attempt last = attempt(work, gates, execution);
            for (int made = 1; last.again && work.repeatable() && !execution.givenUp(); made++) {
                Optional<Duration> wait = own.beforeRetry(made);
                if (wait.isEmpty()) {
                    break;
                }
                stats.retried(work.name());
                Thread.sleep(wait.get());
                Attempt next = attempt(work, gates, execution);
                if (next.refused) {
                    break; // why it failed says more than why it was not called again
                }
                last = next;
            }
            return last.outcome;
        } catch (InterruptedException e) {
            return execution.givenUp()
                    ? new Failed(Reason.CANCELLED, "it was cancelled")
                    : new Failed(Reason.FAILED, "the tool " + work.name() + " was interrupted");
        }
    }

    private Attempt attempt(Work work, List<ToolGate> gates, Execution execution)
            throws InterruptedException {
        try (var passage = new Passage(gates)) {
            Optional<Passage.Refusal> refusal = passage.enter(limits);
            if (passage.waited()) {
                stats.waited(work.name());
            }
            if (refusal.isPresent()) {
                return Attempt.refused(refusal.get().reason(), refusal.get().message());
            }
            execution.through(passage);
            if (execution.givenUp()) {
                throw new InterruptedException();
            }
            return called(work, passage, execution);
        }
    }

    private Attempt called(Work work, Passage passage, Execution execution)
            throws InterruptedException {
        try (var _ = versions.begin(work.name(), work.effects.writes())) {
            ToolResult result;
            try {
                result = call(work, execution);
            } finally {
                execution.ends();
            }
            passage.succeeded();
            return new Attempt(new Done(result, Source.CALLED, List.of()), false);
        } catch (InterruptedException e) {
            throw e;
        } catch (NativePool.FullException e) {
            return Attempt.refused(
                    Reason.CROWDED,
                    "too many calls that need a thread of their own; call it later");
        } catch (IllegalArgumentException e) {
            return new Attempt(failed(work, e), false); // the call's fault, and it stays so
        } catch (ToolUnavailableException e) {
            execution.untimed();
            return new Attempt(failed(work, e), false);
        } catch (TimeoutException e) {
            passage.failed();
            return new Attempt(failed(work, e), false); // there is no time for another
        } catch (Exception e) {
            passage.failed();
            return new Attempt(failed(work, e), true);
        } catch (Throwable e) {
            passage.failed();
            LOG.error("the tool {} failed", ShortText.of(work.name()), e);
            return new Attempt(
                    new Failed(Reason.FAILED, "the tool " + work.name() + " failed badly"), false);
        }
    }

    private ToolResult call(Work work, Execution execution) throws Exception {
        ObjectNode own = work.arguments.deepCopy();
        Callable<ToolResult> call =
                () -> {
                    execution.begins();
                    return work.tool.call(own, work.context);
                };
        return work.tool.blocksNatively()
                ? natives.call(call)
                : Objects.requireNonNull(call.call(), "it returned nothing");
    }

    private static Failed failed(Work work, Exception e) {
        String kind = e.getClass().getSimpleName();
        String said = e.getMessage() == null ? kind : e.getMessage();
        if (e instanceof FileSystemException) {
            said = kind + ": " + said; // which says the name of the file alone
        }
        return new Failed(
                Reason.FAILED,
                "the tool "
                        + work.name()
                        + " failed: "
                        + (said.length() > LONGEST_MESSAGE
                                ? said.substring(0, LONGEST_MESSAGE) + "..."
                                : said));
    }
}
