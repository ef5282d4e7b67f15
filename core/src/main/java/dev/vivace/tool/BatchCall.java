package dev.vivace.tool;

import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A call of a batch, and how far it is. Guarded by the lock of its batch. */
final class BatchCall {
    final int number;
    final PlannedCall planned;

    /** Those whose results it needs, each once. */
    final List<Integer> needs;

    /** In program order. */
    int position;

    /** Positions of those before it that must have ended. */
    final BitSet waitsFor = new BitSet();

    /** How many of those that it needs have no outcome yet. */
    int needed;

    /** How long it and the longest chain of those that wait for it take, in nanoseconds. */
    double level;

    Prepared.@Nullable Ready ready;

    /** What it may do as long as its arguments are not known. */
    Effects atMost = Effects.UNKNOWN;

    /** Whether it may run, or has run. */
    boolean begun;

    /** Whether nothing of it goes on any more, so that none needs to wait for it. */
    boolean released;

    @Nullable ToolOutcome outcome;

    /** The one because of which it was not made, if that is another. */
    @Nullable BatchCall cause;

    @Nullable Thread thread;

    BatchCall(int number, PlannedCall planned) {
        this.number = number;
        this.planned = planned;
        this.needs = planned.needs().stream().distinct().toList();
        this.needed = needs.size();
    }

    String tool() {
        return planned.tool();
    }

    /** For people. */
    String called() {
        return "call " + (number + 1) + " (" + ShortText.of(tool()) + ")";
    }

    /** Whether it has ended without a result that others can use. */
    boolean failed() {
        return outcome instanceof ToolOutcome.Failed
                || (outcome instanceof ToolOutcome.Done done && done.result().error());
    }

    /** Of one that has not failed. */
    ToolResult result() {
        return ((ToolOutcome.Done) Objects.requireNonNull(outcome)).result();
    }

    Effects effects() {
        return ready == null ? atMost : ready.effects();
    }

    /** Whether the later one must wait until this one has ended. */
    boolean holdsBack(BatchCall later) {
        return later.planned.after().contains(number) || effects().conflicts(later.effects());
    }

    boolean mayRun() {
        return ready != null && waitsFor.isEmpty() && !begun && outcome == null;
    }
}
