package dev.vivace.chain;

import dev.vivace.tool.Batch;
import dev.vivace.tool.ToolOutcome;
import java.util.ArrayList;
import java.util.List;

/** A chain under way. Thread-safe. */
public final class ChainRun implements AutoCloseable {
    private final List<Step> steps;
    private final Batch batch;

    ChainRun(List<Step> steps, Batch batch) {
        this.steps = steps;
        this.batch = batch;
    }

    /** Waits until all steps have ended, or their time is over, and the others are cancelled. */
    public ChainOutcome await() throws InterruptedException {
        List<ToolOutcome> outcomes = batch.await();
        var all = new ArrayList<ChainOutcome.StepOutcome>();
        for (int i = 0; i < steps.size(); i++) {
            all.add(new ChainOutcome.StepOutcome(steps.get(i), outcomes.get(i)));
        }
        return ChainOutcome.of(all);
    }

    /** Ends what has not ended; running tools are interrupted. */
    public void cancel() {
        batch.cancel();
    }

    @Override
    public void close() {
        cancel();
    }
}
