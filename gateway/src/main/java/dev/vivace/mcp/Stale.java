package dev.vivace.mcp;

import java.time.Duration;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Which lists are to be fetched again. A server that says all the time that one has changed is
 * asked for it now and then. Not thread-safe.
 */
final class Stale {
    static final Duration PAUSE = Duration.ofSeconds(1);
    static final Duration AFTER_FAILURE = Duration.ofSeconds(5);

    private final Set<Kind> changed = EnumSet.noneOf(Kind.class);
    private final Map<Kind, Long> notBefore = new EnumMap<>(Kind.class);

    /** It is said to have changed. */
    void add(Kind kind) {
        changed.add(kind);
    }

    /** It could not be fetched. */
    void later(Kind kind, long nanos) {
        changed.add(kind);
        notBefore.put(kind, nanos + AFTER_FAILURE.toNanos());
    }

    /** One that is due, which is taken to be fetched now. */
    Optional<Kind> take(long nanos) {
        Optional<Kind> due =
                changed.stream().filter(kind -> untilDue(kind, nanos) <= 0).findFirst();
        due.ifPresent(kind -> {
            changed.remove(kind);
            notBefore.put(kind, nanos + PAUSE.toNanos());
        });
        return due;
    }

    /** How long it is until one is due; very long if there is none. */
    long untilDue(long nanos) {
        return changed.stream()
                .mapToLong(kind -> untilDue(kind, nanos))
                .min()
                .orElse(Long.MAX_VALUE);
    }

    private long untilDue(Kind kind, long nanos) {
        Long at = notBefore.get(kind);
        return at == null ? 0 : at - nanos;
    }
}
