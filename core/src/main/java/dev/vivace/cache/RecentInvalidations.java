package dev.vivace.cache;

import java.util.ArrayDeque;
import java.util.List;
import java.util.function.Predicate;

/**
 * The last invalidations, for answers that were on their way when they came. Thread-safe; looking
 * costs one comparison where none came since.
 */
final class RecentInvalidations {
    /** Those before them hold for everything. */
    static final int KEPT = 64;

    private record One(Predicate<CachedAnswer> which, long at) {}

    /**
     * @param all newest first
     * @param full whether there were more
     */
    private record Known(List<One> all, boolean full) {}

    private final ArrayDeque<One> last = new ArrayDeque<>();
    private boolean full;
    private volatile Known known = new Known(List.of(), false);

    synchronized void add(Predicate<CachedAnswer> which) {
        last.addFirst(new One(which, System.nanoTime()));
        if (last.size() > KEPT) {
            last.removeLast();
            full = true;
        }
        known = new Known(List.copyOf(last), full);
    }

    /**
     * Whether one of them holds for an answer, and came after it was asked for.
     *
     * @param asked by {@link System#nanoTime}
     */
    boolean reach(CachedAnswer answer, long asked) {
        Known now = known;
        for (One one : now.all) {
            if (one.at - asked < 0) {
                return false;
            }
            if (one.which.test(answer)) {
                return true;
            }
        }
        return now.full;
    }
}
