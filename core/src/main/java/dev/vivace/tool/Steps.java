package dev.vivace.tool;

/**
 * What one check of a value against a schema may cost. A schema that nobody trusts can ask for more
 * work than there is time: definitions that each refer twice to the next, or patterns that
 * backtrack. Not thread-safe.
 */
final class Steps {
    /** The check under way on this thread, which its patterns are a part of. */
    static final ScopedValue<Steps> CURRENT = ScopedValue.newInstance();

    /** Characters that patterns look at: a tenth of a second of them. */
    private static final long MOST = 10_000_000;

    private long left = MOST;

    /** There are none left. */
    static final class Used extends RuntimeException {
        private static final long serialVersionUID = 1;

        Used() {
            super("", null, false, false);
        }
    }

    void take(long steps) {
        left -= steps;
        if (left < 0) {
            throw new Used();
        }
    }
}
