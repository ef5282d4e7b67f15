package dev.vivace.gateway;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The attempts of one flight that are under way: one, and perhaps one beside it. */
final class Running {
    private @Nullable Attempt one;
    private @Nullable Attempt other;

    void add(Attempt attempt) {
        if (one == null) {
            one = attempt;
        } else {
            other = attempt;
        }
    }

    void remove(Attempt attempt) {
        if (attempt == one) {
            one = other;
            other = null;
        } else if (attempt == other) {
            other = null;
        }
    }

    boolean none() {
        return one == null;
    }

    boolean two() {
        return other != null;
    }

    /** The one that runs alone; null if none or two do. */
    @Nullable Attempt only() {
        return other == null ? one : null;
    }

    /** Those of now, whatever is added or removed meanwhile. */
    List<Attempt> all() {
        Attempt a = one;
        Attempt b = other;
        return a == null ? List.of() : b == null ? List.of(a) : List.of(a, b);
    }
}
