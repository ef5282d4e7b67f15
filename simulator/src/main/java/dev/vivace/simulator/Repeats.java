package dev.vivace.simulator;

import java.util.HashMap;
import java.util.Map;

/**
 * Tells calls that come again from those that come first, by their bodies. Knows the first hundred
 * thousand; those after them are never taken for repeats. Not thread-safe.
 */
final class Repeats {
    private static final int MOST = 100_000;

    private final Map<Long, Boolean> billed = new HashMap<>();

    /** Whether a call with this body came before. */
    boolean asked(long body) {
        if (billed.size() >= MOST && !billed.containsKey(body)) {
            return false;
        }
        return billed.putIfAbsent(body, false) != null;
    }

    /** Notes that output was billed; whether it had been for this body before. */
    boolean billed(long body) {
        return Boolean.TRUE.equals(billed.replace(body, true));
    }

    void clear() {
        billed.clear();
    }
}
