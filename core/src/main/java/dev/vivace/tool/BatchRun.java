package dev.vivace.tool;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * One batch while it runs: the threads of its calls, so many at a time, and their outcomes. The
 * lock guards all; it is never held while a tool or the line runs. A tool that does not listen when
 * its time is over still holds back those that conflict with it, while its outcome is there and its
 * place is free.
 */
final class BatchRun {
    private static final ToolOutcome CIRCLE =
            new ToolOutcome.Failed(
                    ToolOutcome.Reason.BAD_ARGUMENTS,
                    "Its arguments refer in a circle, where no result can come first.");
    private static final ToolOutcome OVERTAKEN =
            new ToolOutcome.Failed(
                    ToolOutcome.Reason.FAILED,
                    "With these arguments it does more than its tool says that it ever does, and a"
                            + " later call that should have waited for it has begun. It was not"
                            + " made.");

    private final BatchOptions options;
    private final CallLine line;
    private final Durations durations;
    private final ToolContext context;
    private final List<BatchCall> calls = new ArrayList<>();
    private final ProgramOrder order;
    private final CallResolver resolver;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition allEnded = lock.newCondition();
    private int running;
    private int left;

    BatchRun(
            List<? extends PlannedCall> planned,
            BatchOptions options,
            CallLine line,
            Durations durations) {
        this.options = options;
        this.line = line;
        this.durations = durations;
        this.context = new ToolContext(options.principal(), options.timeout());
        for (PlannedCall call : planned) {
            calls.add(new BatchCall(calls.size(), call));
        }
        order = new ProgramOrder(calls);
        resolver = new CallResolver(calls, line, options.principal());
        left = calls.size();
    }

    void start() {
        failCircles();
        for (BatchCall call : order.program()) {
            if (!call.needs.isEmpty()) {
                call.atMost = resolver.atMost(call.tool());
            } else if (call.outcome == null) {
                resolve(List.of(call));
            }
        }
        lock.lock();
        try {
            order.connect(durations::expect);
            runMore();
        } finally {
            lock.unlock();
        }
    }

    private void failCircles() {
        lock.lock();
        try {
            for (BatchCall call : order.circular()) {
                var unused = deliver(call, CIRCLE); // who needs it is in it
                order.release(call);
            }
        } finally {
            lock.unlock();
        }
    }

    // ---- how a call goes

    /** All that these need has come; not under the lock. */
    private void resolve(List<BatchCall> known) {
        // No recursion: of a long chain each may fail because the one before it did.
        var open = new ArrayDeque<>(known);
        while (!open.isEmpty()) {
            open.addAll(resolve(open.remove()));
        }
    }

    private List<BatchCall> resolve(BatchCall call) {
        try {
            return switch (resolver.resolve(call)) {
                case Prepared.Ready ready -> known(call, ready);
                case Prepared.Refused refused -> ended(call, refused.why());
            };
        } catch (Throwable e) {
            return ended(call, CallResolver.failed(e));
        }
    }

    private List<BatchCall> known(BatchCall call, Prepared.Ready ready) {
        lock.lock();
        try {
            call.ready = ready;
            if (!order.reconsider(call)) {
                runMore();
                return List.of();
            }
        } finally {
            lock.unlock();
        }
        return ended(call, OVERTAKEN);
    }

    private void runMore() {
        while (running < options.concurrency()) {
            BatchCall next = order.next();
            if (next == null) {
                return;
            }
            running++;
            next.thread = Thread.ofVirtual().name("tool").unstarted(() -> run(next));
            next.thread.start();
        }
    }

    private void run(BatchCall call) {
        long begun = System.nanoTime();
        ToolOutcome outcome;
        try {
            Prepared.Ready ready = Objects.requireNonNull(call.ready);
            outcome =
                    new Tries(line, ready, context, options.skipCache(), () -> released(call))
                            .run(call.planned);
        } catch (RuntimeException | Error e) {
            outcome = new ToolOutcome.Failed(ToolOutcome.Reason.FAILED, String.valueOf(e));
            released(call);
        }
        durations.took(call.tool(), System.nanoTime() - begun);
        List<BatchCall> known;
        lock.lock();
        try {
            call.thread = null;
            known = deliver(call, outcome);
        } finally {
            lock.unlock();
        }
        try {
            // It keeps its place until the first of those can take it, which may have more behind
            // it than any that has been runnable for a while; the others need other places.
            resolve(known.subList(0, Math.min(1, known.size())));
        } finally {
            lock.lock();
            try {
                running--;
                runMore();
            } finally {
                lock.unlock();
            }
        }
        resolve(known.subList(Math.min(1, known.size()), known.size()));
    }

    /**
     * It ended without being made; not under the lock.
     *
     * @return those that needed no other than this one, to be resolved
     */
    private List<BatchCall> ended(BatchCall call, ToolOutcome outcome) {
        lock.lock();
        try {
            List<BatchCall> known = deliver(call, outcome);
            order.release(call);
            runMore();
            return known;
        } finally {
            lock.unlock();
        }
    }

    /** Sets the outcome; those that needed no other than this one. */
    private List<BatchCall> deliver(BatchCall call, ToolOutcome outcome) {
        if (call.outcome != null) {
            return List.of();
        }
        call.outcome = outcome;
        left--;
        if (left == 0) {
            allEnded.signalAll();
        }
        return order.delivered(call);
    }

    private void released(BatchCall call) {
        lock.lock();
        try {
            order.release(call);
            runMore();
        } finally {
            lock.unlock();
        }
    }

    // ---- for whoever waits

    /** Whether all ended within so much time. */
    boolean await(long nanos) throws InterruptedException {
        long more = nanos;
        lock.lockInterruptibly();
        try {
            while (left > 0) {
                if (more <= 0) {
                    return false;
                }
                more = allEnded.awaitNanos(more);
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Ends what has not ended. */
    void cancel(String why) {
        lock.lock();
        try {
            for (BatchCall call : calls) {
                if (call.outcome == null) {
                    String state = call.thread == null ? "It did not run: " : "It had not ended: ";
                    deliver(
                            call,
                            new ToolOutcome.Failed(
                                    ToolOutcome.Reason.CANCELLED, state + why + "."));
                }
                Thread thread = call.thread;
                if (thread != null) {
                    thread.interrupt();
                }
            }
        } finally {
            lock.unlock();
        }
    }

    List<ToolOutcome> outcomes() {
        lock.lock();
        try {
            return calls.stream().map(call -> Objects.requireNonNull(call.outcome)).toList();
        } finally {
            lock.unlock();
        }
    }
}
