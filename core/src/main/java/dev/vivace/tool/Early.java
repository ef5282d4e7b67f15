package dev.vivace.tool;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.RemovalCause;
import dev.vivace.tool.ToolOutcome.Done;
import dev.vivace.tool.ToolOutcome.Failed;
import dev.vivace.tool.ToolOutcome.Reason;
import dev.vivace.tool.ToolOutcome.Source;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Calls that were begun before they were asked for. One is found again by who asks for the same
 * with nothing written in between: the {@link Reading} is part of its key, so that what was
 * overtaken by a write is never found, and goes with time. Thread-safe.
 */
final class Early {
    private static final int ENTRY = 1_024;

    /** A call that was begun. */
    record Key(String session, Reading reading) {}

    private static final class Begun {
        final Execution execution;
        final long at;
        volatile long took = -1;

        Begun(Execution execution, long at) {
            this.execution = execution;
            this.at = at;
        }
    }

    private record Held(Begun begun, int weight) {}

    private final ToolLine line;
    private final Durations durations;
    private final SpeculationOptions options;
    private final LongSupplier nanos;
    final Semaphore places;
    private final Cache<Key, Held> begun;
    private final LongAdder used = new LongAdder();
    private final LongAdder usedNanos = new LongAdder();
    private final LongAdder savedNanos = new LongAdder();
    private final LongAdder wasted = new LongAdder();
    private final LongAdder wastedNanos = new LongAdder();

    Early(ToolLine line, Durations durations, SpeculationOptions options, LongSupplier nanos) {
        this.line = line;
        this.durations = durations;
        this.options = options;
        this.nanos = nanos;
        this.places = new Semaphore(options.concurrency());
        this.begun =
                Caffeine.newBuilder()
                        .maximumWeight(options.maxBytes())
                        .weigher((Key key, Held held) -> held.weight)
                        .expireAfterWrite(options.keep())
                        .ticker(nanos::getAsLong)
                        .executor(Runnable::run)
                        .removalListener(this::removed)
                        .build();
    }

    private void removed(@Nullable Key key, @Nullable Held held, RemovalCause cause) {
        if (held != null && cause.wasEvicted()) {
            waste(held.begun);
        }
    }

    /** Begins a call, if there is a place and it changes nothing. */
    Optional<Key> begin(String session, ToolCall call, String principal) {
        if (!places.tryAcquire()) {
            return Optional.empty();
        }
        boolean going = false;
        try {
            var context = new ToolContext(principal, options.keep());
            if (line.prepare(call, principal) instanceof Prepared.Ready ready
                    && ready.effects().readOnly()) {
                Optional<Key> key =
                        line.readable(ready, context).map(reading -> new Key(session, reading));
                going = key.isPresent() && start(key.get(), ready, context);
                return going ? key : Optional.empty();
            }
            return Optional.empty();
        } finally {
            if (!going) {
                places.release();
            }
        }
    }

    private boolean start(Key key, Prepared.Ready ready, ToolContext context) {
        var execution = new Execution(self -> made(key, ready, context), () -> {}, nanos);
        var call = new Begun(execution, nanos.getAsLong());
        if (begun.asMap().putIfAbsent(key, new Held(call, ENTRY)) != null) {
            return false; // it was begun before
        }
        execution.start();
        return true;
    }

    private ToolOutcome made(Key key, Prepared.Ready ready, ToolContext context) {
        long began = nanos.getAsLong();
        var first = new AtomicBoolean(true);
        Runnable ended =
                () -> {
                    if (first.getAndSet(false)) {
                        places.release();
                    }
                };
        ToolOutcome outcome;
        try {
            outcome = line.runEarly(ready, context, ended);
        } catch (RuntimeException | Error e) {
            ended.run();
            outcome = new Failed(Reason.FAILED, String.valueOf(e.getMessage()));
        }
        long took = nanos.getAsLong() - began;
        if (outcome instanceof Done) {
            durations.took(key.reading.key().tool(), took);
        }
        int weight = outcome instanceof Done done ? weight(done.result()) : ENTRY;
        begun.asMap()
                .computeIfPresent(
                        key,
                        (same, held) -> {
                            held.begun.took = took;
                            return new Held(held.begun, weight);
                        });
        return outcome;
    }

    private int weight(ToolResult result) {
        long most = Math.min(options.maxBytes(), Integer.MAX_VALUE - ENTRY);
        JsonSize size = JsonSize.of(result.value(), most);
        return ENTRY + (int) Math.min(most, size.text() > most ? most : size.heap());
    }

    /**
     * The result of the call, if it was begun and is good; it may have to be waited for. Empty too
     * if the thread is interrupted, which it then still is.
     */
    Optional<ToolResult> take(Key key, Duration longest) {
        Held held = begun.asMap().remove(key);
        if (held == null) {
            return Optional.empty();
        }
        Begun call = held.begun;
        long asked = nanos.getAsLong();
        ToolOutcome outcome = call.execution.await(longest, false);
        if (outcome instanceof Done done
                && done.source() == Source.CALLED
                && !done.result().error()
                && asked - call.at <= options.keep().toNanos()) {
            long took = call.took < 0 ? nanos.getAsLong() - call.at : call.took;
            used.increment();
            usedNanos.add(took);
            savedNanos.add(Math.min(took, asked - call.at));
            return Optional.of(done.result());
        }
        if (!(outcome instanceof Done done) || done.source() == Source.CALLED) {
            waste(call); // else it cost nobody anything
        }
        return Optional.empty();
    }

    /** Nobody will ask for it. */
    void drop(Key key) {
        Held held = begun.asMap().remove(key);
        if (held != null) {
            waste(held.begun);
        }
    }

    private void waste(Begun call) {
        wasted.increment();
        wastedNanos.add(call.took < 0 ? nanos.getAsLong() - call.at : call.took);
        call.execution.abandon();
    }

    Speculation.Statistics statistics() {
        begun.cleanUp();
        return new Speculation.Statistics(
                used.sum(),
                wasted.sum(),
                begun.estimatedSize(),
                Duration.ofNanos(usedNanos.sum()),
                Duration.ofNanos(wastedNanos.sum()),
                Duration.ofNanos(savedNanos.sum()));
    }
}
