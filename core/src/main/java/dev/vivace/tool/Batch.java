package dev.vivace.tool;

import java.util.List;

/** Calls under way. Thread-safe. */
public final class Batch implements AutoCloseable {
    private final BatchRun run;
    private final long deadline;

    /**
     * @param deadline of {@link System#nanoTime}
     */
    Batch(BatchRun run, long deadline) {
        this.run = run;
        this.deadline = deadline;
    }

    /**
     * Waits until all have ended, or their time is over, and the others are cancelled.
     *
     * @return the outcomes in the order of the calls
     */
    public List<ToolOutcome> await() throws InterruptedException {
        if (!run.await(deadline - System.nanoTime())) {
            run.cancel("the time of the batch was over");
        }
        return run.outcomes();
    }

    /** Ends what has not ended; running tools are interrupted. */
    public void cancel() {
        run.cancel("the batch was cancelled");
    }

    @Override
    public void close() {
        cancel();
    }
}
