package dev.vivace.tool;

import java.util.List;

/**
 * Makes calls together, as far as that cannot be told from making them one after another: reads run
 * at the same time; where one of two calls may change what the other depends on or changes, they
 * keep their order; a call of which nothing is known waits for all before it, and all behind it
 * wait. Thread-safe.
 */
public final class ToolExecutor {
    /** Most calls of one batch. */
    public static final int MAX_CALLS = 1_000;

    private final CallLine line;
    private final Durations durations = new Durations();

    public ToolExecutor(CallLine line) {
        this.line = line;
    }

    /**
     * Makes all calls and waits for them. One that fails stops no other, but those that need its
     * result do not run.
     *
     * @return the outcomes in the order of the calls
     * @throws IllegalArgumentException if there are more than {@link #MAX_CALLS}
     * @throws InterruptedException if interrupted; then all calls are cancelled
     */
    public List<ToolOutcome> executeBatch(List<ToolCall> calls, BatchOptions options)
            throws InterruptedException {
        try (Batch batch = start(calls, options)) {
            return batch.await();
        }
    }

    /**
     * Begins to make them; the batch must be closed.
     *
     * @throws IllegalArgumentException if there are more than {@link #MAX_CALLS}
     */
    public Batch start(List<ToolCall> calls, BatchOptions options) {
        int known = options.references() ? calls.size() : 0;
        return begin(calls.stream().map(call -> new ReferringCall(call, known)).toList(), options);
    }

    /**
     * Begins to make the calls of a plan; the batch must be closed. What refers in a circle fails.
     *
     * @throws IllegalArgumentException if there are more than {@link #MAX_CALLS}
     */
    public Batch startPlan(List<? extends PlannedCall> calls, BatchOptions options) {
        return begin(calls, options);
    }

    private Batch begin(List<? extends PlannedCall> calls, BatchOptions options) {
        if (calls.size() > MAX_CALLS) {
            throw new IllegalArgumentException(
                    "a batch may have " + MAX_CALLS + " calls at most, not " + calls.size());
        }
        var run = new BatchRun(calls, options, line, durations);
        // What overflows goes round, and so does the difference that is taken of it.
        long deadline = System.nanoTime() + Durations.nanos(options.batchTimeout());
        run.start();
        return new Batch(run, deadline);
    }
}
