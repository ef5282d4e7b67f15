package dev.vivace.tool;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * Who waits for whom in a batch. Each call waits for those before it with which it conflicts, and
 * for those whose results it needs; of a call whose arguments are not known yet, neither are its
 * effects, so that it counts as doing all that its tool may do. Of the calls that may run, those go
 * first on which the longest chain of others waits.
 *
 * <p>{@code Program order} is that of the batch, but for calls that refer to later ones, which come
 * behind these. Guarded by the lock of its batch.
 */
final class ProgramOrder {
    private static final int ENTERED = 1;
    private static final int PLACED = 2;
    private static final int CIRCULAR = 3;

    private static final Comparator<BatchCall> MOST_BEHIND =
            Comparator.comparingDouble((BatchCall call) -> -call.level)
                    .thenComparingInt(call -> call.position);

    private final List<BatchCall> calls;
    private final List<BatchCall> program;
    private final List<BatchCall> circular;
    private final PriorityQueue<BatchCall> runnable = new PriorityQueue<>(MOST_BEHIND);
    private boolean connected;

    /**
     * @param calls by their numbers
     */
    ProgramOrder(List<BatchCall> calls) {
        this.calls = calls;
        this.program = new ArrayList<>(calls.size());
        var state = new int[calls.size()];
        for (BatchCall call : calls) {
            place(call, state);
        }
        for (int i = 0; i < program.size(); i++) {
            program.get(i).position = i;
        }
        circular = calls.stream().filter(call -> state[call.number] == CIRCULAR).toList();
    }

    /** Depth first: what it needs comes before it. Whether it is part of a circle, or needs one. */
    private boolean place(BatchCall call, int[] state) {
        switch (state[call.number]) {
            case ENTERED, CIRCULAR -> {
                return true;
            }
            case PLACED -> {
                return false;
            }
            default -> {}
        }
        state[call.number] = ENTERED;
        boolean inCircle = false;
        for (int need : call.needs) {
            inCircle |= place(calls.get(need), state);
        }
        for (int before : call.planned.after()) {
            inCircle |= place(calls.get(before), state);
        }
        state[call.number] = inCircle ? CIRCULAR : PLACED;
        program.add(call);
        return inCircle;
    }

    /** All, in program order. */
    List<BatchCall> program() {
        return program;
    }

    /** Those that wait for themselves, or for one that does. */
    List<BatchCall> circular() {
        return circular;
    }

    /**
     * Begins, with what is known of the calls by now: before it none may run.
     *
     * @param nanos how long a call of a tool takes, as far as one can tell
     */
    void connect(ToDoubleFunction<String> nanos) {
        for (BatchCall later : program) {
            if (later.outcome == null) {
                holdBack(later);
            }
        }
        for (int i = program.size() - 1; i >= 0; i--) {
            BatchCall call = program.get(i);
            call.level += nanos.applyAsDouble(call.tool());
            call.waitsFor.stream().forEach(before -> raise(program.get(before), call));
            call.needs.forEach(need -> raise(calls.get(need), call));
        }
        connected = true;
        program.forEach(this::offer);
    }

    private static void raise(BatchCall before, BatchCall waiting) {
        before.level = Math.max(before.level, waiting.level);
    }

    private void holdBack(BatchCall later) {
        for (int i = 0; i < later.position; i++) {
            BatchCall earlier = program.get(i);
            if (!earlier.released && earlier.holdsBack(later)) {
                later.waitsFor.set(i);
            }
        }
    }

    /**
     * What a call does is known now: with some before and behind it, it has nothing to do. If it
     * does more than its tool said of itself, it has to do with more of them.
     *
     * @return whether one behind it has begun that should have waited for it; it may not run then
     */
    boolean reconsider(BatchCall known) {
        if (!connected) {
            return false;
        }
        List<BatchCall> behind = program.subList(known.position + 1, program.size());
        if (behind.stream().anyMatch(later -> later.begun && known.holdsBack(later))) {
            return true;
        }
        holdBack(known);
        for (int i = known.waitsFor.nextSetBit(0); i >= 0; i = known.waitsFor.nextSetBit(i + 1)) {
            if (!program.get(i).holdsBack(known)) {
                known.waitsFor.clear(i);
            }
        }
        for (BatchCall later : behind) {
            if (!known.holdsBack(later)) {
                later.waitsFor.clear(known.position);
                offer(later);
            } else if (!later.begun) {
                later.waitsFor.set(known.position);
            }
        }
        offer(known);
        return false;
    }

    private void offer(BatchCall call) {
        if (call.mayRun()) {
            call.begun = true;
            runnable.add(call);
        }
    }

    /** The next that is to run, which counts as begun; null if none may. */
    @Nullable BatchCall next() {
        for (BatchCall call = runnable.poll(); call != null; call = runnable.poll()) {
            // What was cancelled meanwhile has an outcome.
            if (call.outcome == null) {
                return call;
            }
        }
        return null;
    }

    /**
     * A call has an outcome.
     *
     * @return those that needed no other result than its, the one with most behind it first
     */
    List<BatchCall> delivered(BatchCall call) {
        var known = new ArrayList<BatchCall>();
        for (BatchCall other : calls) {
            if (other.outcome == null && other.needs.contains(call.number)) {
                other.needed--;
                if (other.needed == 0) {
                    known.add(other);
                }
            }
        }
        known.sort(MOST_BEHIND);
        return known;
    }

    /** Nothing of a call goes on any more. */
    void release(BatchCall call) {
        if (call.released) {
            return;
        }
        call.released = true;
        for (int i = call.position + 1; i < program.size(); i++) {
            BatchCall later = program.get(i);
            if (later.waitsFor.get(call.position)) {
                later.waitsFor.clear(call.position);
                offer(later);
            }
        }
    }
}
