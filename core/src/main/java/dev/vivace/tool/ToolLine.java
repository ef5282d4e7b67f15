package dev.vivace.tool;

import dev.vivace.tool.Attempts.Work;
import dev.vivace.tool.Preparation.Arguments;
import dev.vivace.tool.ToolOutcome.Done;
import dev.vivace.tool.ToolOutcome.Failed;
import dev.vivace.tool.ToolOutcome.Reason;
import dev.vivace.tool.ToolOutcome.Source;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * What happens to a call of a tool, in order:
 *
 * <p>authorise &gt; normalise &gt; cache &gt; join &gt; limit &gt; execute &gt; invalidate &gt;
 * settle
 *
 * <p>Who may call is asked first and every time, so that no result, kept or on its way, reaches
 * somebody who may not call. The tool runs on a thread of its own, and whoever wants its result
 * waits for that: a call that is joined goes on for those who remain, and a tool that hangs keeps
 * nobody. What it may still be writing stays uncertain until it has really ended. Thread-safe.
 */
public final class ToolLine implements CallLine {
    private static final Logger LOG = LoggerFactory.getLogger(ToolLine.class);
    static final String BROKEN = "the call failed; this is not the tool's fault";

    private final Function<String, Optional<Tool>> tools;
    private final ToolAccess access;
    private final Preparation preparation;
    private final ResultCache cache;
    private final ResourceVersions versions;
    private final Attempts attempts;
    private final ToolStats stats;
    private final long maxResultBytes;
    private final LongSupplier nanos;

    /** As many as there are calls under way, at most. */
    private final ConcurrentHashMap<Reading, Execution> underWay = new ConcurrentHashMap<>();

    ToolLine(ToolLineBuilder parts) {
        this.tools = parts.tools;
        this.access = parts.access;
        this.preparation = parts.preparation;
        this.cache = parts.cache;
        this.versions = parts.versions.orElse(cache.versions);
        this.stats = parts.stats;
        this.attempts =
                new Attempts(
                        parts.limits, versions, new NativePool(parts.nativeThreads), parts.stats);
        this.maxResultBytes = parts.maxResultBytes;
        this.nanos = parts.nanos;
    }

    /**
     * A line on which, unless more is said, everybody may call everything, results are kept in 64
     * MB, and limits are wide.
     *
     * @param tools by their names; thread-safe
     */
    public static ToolLineBuilder of(Function<String, Optional<Tool>> tools) {
        return new ToolLineBuilder(tools);
    }

    /**
     * Makes a call, and blocks until it has an outcome or nobody waits for it any more: until the
     * timeout of the context, or until the thread is interrupted, which it then still is.
     */
    public ToolOutcome run(ToolCall call, ToolContext context, CallOptions options) {
        return switch (prepare(call, context.principal())) {
            case Prepared.Refused refused -> refused.why();
            case Prepared.Ready ready -> run(ready, context, options.skipCache(), () -> {});
        };
    }

    @Override
    public Effects atMost(String tool) {
        return tools.apply(tool).map(ToolLine::atMost).orElse(Effects.PURE);
    }

    @Override
    public Prepared prepare(ToolCall call, String principal) {
        Optional<Tool> tool = tools.apply(call.tool());
        Prepared prepared = prepared(tool, call, principal);
        // settle; what is not there has no figures, for its names are whatever callers think of
        if (prepared instanceof Prepared.Refused refused && tool.isPresent()) {
            stats.settle(call.tool(), refused.why());
        }
        return prepared;
    }

    private Prepared prepared(Optional<Tool> tool, ToolCall call, String principal) {
        // authorise
        if (!mayCall(principal, call.tool())) {
            return new Prepared.Refused(denied(call.tool()));
        }
        if (tool.isEmpty()) {
            return new Prepared.Refused(
                    new Failed(
                            Reason.UNKNOWN_TOOL, "there is no tool " + ShortText.of(call.tool())));
        }
        // normalise
        return normalised(tool.get(), call.arguments());
    }

    private Prepared normalised(Tool tool, ObjectNode written) {
        try {
            return switch (preparation.prepare(tool.definition(), written)) {
                case Arguments.Unfit unfit ->
                        new Prepared.Refused(new Failed(Reason.BAD_ARGUMENTS, unfit.message()));
                case Arguments.Fit fit ->
                        new Prepared.Ready(
                                tool,
                                fit.arguments(),
                                effects(tool, fit.arguments()),
                                fit.changes());
            };
        } catch (RuntimeException e) {
            LOG.error("the arguments for {} were not read", tool.definition().name(), e);
            return new Prepared.Refused(new Failed(Reason.FAILED, BROKEN));
        }
    }

    @Override
    public ToolOutcome run(
            Prepared.Ready ready, ToolContext context, boolean skipCache, Runnable ended) {
        return run(work(ready, context, false), ready.changes(), skipCache, ended);
    }

    /** Of a call for which nobody has asked yet: that it takes too long is nobody's fault. */
    ToolOutcome runEarly(Prepared.Ready ready, ToolContext context, Runnable ended) {
        return run(work(ready, context, true), ready.changes(), false, ended);
    }

    private static Work work(Prepared.Ready ready, ToolContext context, boolean early) {
        return new Work(ready.tool(), ready.arguments(), ready.effects(), context, early);
    }

    private ToolOutcome run(Work work, List<String> changes, boolean skipCache, Runnable ended) {
        ToolOutcome outcome;
        // Once more: it may have been prepared long ago.
        if (mayCall(work.context().principal(), work.name())) {
            outcome = with(answered(work, skipCache, ended), changes);
        } else {
            ended.run();
            outcome = denied(work.name());
        }
        stats.settle(work.name(), outcome);
        return outcome;
    }

    private ToolOutcome answered(Work work, boolean skipCache, Runnable ended) {
        Optional<Reading> reading = reading(work);
        Optional<Duration> timeToLive = reading.flatMap(it -> work.timeToLive());
        if (reading.isPresent() && !skipCache) {
            // cache
            Optional<ToolResult> kept = kept(work, reading.get(), timeToLive);
            if (kept.isPresent()) {
                ended.run();
                return new Done(kept.get(), Source.CACHED, List.of());
            }
            return joined(work, reading.get(), timeToLive, ended);
        }
        Execution alone = execution(work, reading, timeToLive, ended);
        alone.start();
        return await(alone, work);
    }

    private Optional<ToolResult> kept(Work work, Reading reading, Optional<Duration> timeToLive) {
        if (timeToLive.isEmpty()) {
            stats.read(work.name(), reading);
            return Optional.empty();
        }
        return cache.find(reading);
    }

    /** join */
    private ToolOutcome joined(
            Work work, Reading reading, Optional<Duration> timeToLive, Runnable ended) {
        Execution own = execution(work, Optional.of(reading), timeToLive, ended);
        Execution execution = underWay.compute(reading, (key, found) -> joins(found) ? found : own);
        if (execution == own) {
            own.start();
            return await(own, work);
        }
        ToolOutcome outcome = await(execution, work);
        ended.run(); // what may go on is somebody else's
        return outcome instanceof Done done
                ? new Done(done.result(), Source.JOINED, List.of())
                : outcome;
    }

    private Execution execution(
            Work work, Optional<Reading> reading, Optional<Duration> timeToLive, Runnable ended) {
        return new Execution(
                self -> executed(work, reading, timeToLive, self),
                ended,
                nanos,
                took -> stats.took(work.name(), took));
    }

    private static ToolOutcome await(Execution execution, Work work) {
        return execution.await(work.context().timeout(), work.context().turn(), !work.early());
    }

    private static boolean joins(@Nullable Execution found) {
        return found != null && found.join();
    }

    /** On a thread of its own: limit, execute, invalidate, and what others get of it. */
    private ToolOutcome executed(
            Work work, Optional<Reading> reading, Optional<Duration> timeToLive, Execution self) {
        try {
            ToolOutcome outcome = attempts.run(work, self);
            if (!(outcome instanceof Done done)) {
                return outcome;
            }
            JsonSize size = JsonSize.of(done.result().value(), maxResultBytes);
            if (size.text() > maxResultBytes) {
                return new Failed(
                        Reason.TOO_LARGE,
                        "the result is larger than " + maxResultBytes + " bytes; ask for less");
            }
            if (reading.isPresent() && timeToLive.isPresent() && unchanged(reading.get())) {
                cache.store(reading.get(), done.result(), size.heap(), timeToLive.get());
            }
            return outcome;
        } catch (RuntimeException e) {
            LOG.error("a call of the tool {} failed", ShortText.of(work.name()), e);
            return new Failed(Reason.FAILED, BROKEN);
        } finally {
            // Before it ends: what ended is not joined, but found in the cache.
            reading.ifPresent(it -> underWay.remove(it, self));
        }
    }

    /** Calls that others may join. */
    int underWay() {
        return underWay.size();
    }

    /** What a call would read, if it changes nothing and whoever calls may call. */
    Optional<Reading> readable(Prepared.Ready ready, ToolContext context) {
        return mayCall(context.principal(), ready.tool().definition().name())
                ? reading(work(ready, context, false))
                : Optional.empty();
    }

    private Optional<Reading> reading(Work work) {
        if (!work.effects().readOnly()) {
            return Optional.empty();
        }
        // In this order: what is written or invalidated from here on is seen when it has been read.
        long invalidations = cache.invalidations();
        OptionalLong version = versions.settled(work.effects().reads());
        return version.isEmpty()
                ? Optional.empty()
                : ResultKey.of(
                                versions,
                                work.tool().definition(),
                                work.arguments(),
                                work.context().principal(),
                                work.effects().reads())
                        .map(key -> new Reading(key, version.getAsLong(), invalidations));
    }

    /** Whether nothing that was read was written since. */
    private boolean unchanged(Reading reading) {
        return versions.version(reading.key().reads()) == reading.version();
    }

    /** A call was answered with what was made before it was asked for. */
    void settleEarly(Tool tool, ToolOutcome outcome) {
        stats.settle(tool.definition().name(), outcome);
    }

    private static Failed denied(String tool) {
        return new Failed(Reason.DENIED, "you may not call the tool " + ShortText.of(tool));
    }

    private boolean mayCall(String principal, String tool) {
        try {
            return access.mayCall(principal, tool);
        } catch (RuntimeException e) {
            LOG.error("who may call the tool {} is not known", ShortText.of(tool), e);
            return false;
        }
    }

    private static Effects effects(Tool tool, ObjectNode arguments) {
        try {
            return Objects.requireNonNullElse(tool.effects(arguments), Effects.UNKNOWN);
        } catch (RuntimeException | Error e) {
            return Effects.UNKNOWN;
        }
    }

    private static Effects atMost(Tool tool) {
        try {
            return Objects.requireNonNullElse(tool.atMost(), Effects.UNKNOWN);
        } catch (RuntimeException | Error e) {
            return Effects.UNKNOWN;
        }
    }

    private static ToolOutcome with(ToolOutcome outcome, List<String> changes) {
        return outcome instanceof Done done && !changes.isEmpty()
                ? new Done(done.result(), done.source(), changes)
                : outcome;
    }
}
