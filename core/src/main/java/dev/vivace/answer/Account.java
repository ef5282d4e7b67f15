package dev.vivace.answer;

import dev.vivace.limit.ByteBudget;

/**
 * What one log has taken of the budget for all: nothing for its first {@link #FREE} bytes, so that
 * short answers never touch the budget, and beyond that whole steps. Guarded by the log's monitor.
 */
final class Account {
    static final long FREE = 64 << 10;
    private static final long STEP = 64 << 10;

    private final ByteBudget budget;
    private long taken;

    Account(ByteBudget budget) {
        this.budget = budget;
    }

    /** Takes what is missing for so many bytes, if there is room. Runs no foreign code. */
    boolean cover(long retained) {
        long missing = needed(retained) - taken;
        if (missing <= 0) {
            return true;
        }
        if (!budget.tryReserve(missing)) {
            return false;
        }
        taken += missing;
        return true;
    }

    boolean covers(long retained) {
        return retained <= FREE + taken;
    }

    /** What is no longer needed, and must go {@link #back} once the monitor is free. */
    long surplus(long retained) {
        if (taken == 0) {
            return 0;
        }
        long surplus = Math.max(0, taken - needed(retained));
        taken -= surplus;
        return surplus;
    }

    /** Gives a surplus back, which may run others' callbacks. */
    void back(long surplus) {
        if (surplus > 0) {
            budget.release(surplus);
        }
    }

    private static long needed(long retained) {
        return retained <= FREE ? 0 : (retained - FREE + STEP - 1) / STEP * STEP;
    }
}
