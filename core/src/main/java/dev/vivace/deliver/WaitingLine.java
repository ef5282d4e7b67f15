package dev.vivace.deliver;

import org.jspecify.annotations.Nullable;

/**
 * Those of one priority who wait, the oldest first. Linked, so that one in the middle leaves
 * without a search. Not thread-safe.
 */
final class WaitingLine {
    private @Nullable Queued first;
    private @Nullable Queued last;

    @Nullable Queued first() {
        return first;
    }

    void add(Queued queued) {
        queued.before = last;
        if (last == null) {
            first = queued;
        } else {
            last.behind = queued;
        }
        last = queued;
    }

    void remove(Queued queued) {
        if (queued.before == null) {
            first = queued.behind;
        } else {
            queued.before.behind = queued.behind;
        }
        if (queued.behind == null) {
            last = queued.before;
        } else {
            queued.behind.before = queued.before;
        }
        queued.before = null;
        queued.behind = null;
    }
}
