package dev.vivace.deliver;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * How the calls to one upstream ended since it is known. A breaker needs many failures in a short
 * time; here also those are seen of an upstream that is hardly asked. Thread-safe.
 */
public final class Outcomes {
    private static final long BETWEEN_TELLING_NANOS = TimeUnit.MINUTES.toNanos(1);

    /** What is longer ago says little about now. */
    static final Duration RECENTLY = Duration.ofMinutes(10);

    private static final long RECENTLY_NANOS = RECENTLY.toNanos();

    private final LongSupplier nanos;
    private final AtomicLongArray ends = new AtomicLongArray(Cause.values().length);
    private final LongAdder abandoned = new LongAdder();
    private final AtomicInteger inARow = new AtomicInteger();
    private final AtomicLong untold = new AtomicLong();
    private final AtomicLong toldAt;
    private volatile @Nullable Last last;

    private record Last(Cause cause, String what, long at) {}

    Outcomes(LongSupplier nanos) {
        this.nanos = nanos;
        this.toldAt = new AtomicLong(nanos.getAsLong() - BETWEEN_TELLING_NANOS);
    }

    /** A call ended so, and nobody has to do anything about it. */
    void ended(Cause cause) {
        ends.getAndIncrement(cause.ordinal());
        // That a client's own credential was refused, or is used too much, says nothing of others.
        if (!cause.aboutKey() && cause != Cause.RATE_LIMITED && inARow.get() != 0) {
            inARow.set(0);
        }
    }

    /**
     * A call ended so, and that is for whoever is on call.
     *
     * @param what happened, a sentence for a person
     * @return how many others ended like this since somebody was told, if it is time to tell again:
     *     a minute after the last time
     */
    OptionalLong failed(Cause cause, String what) {
        ends.getAndIncrement(cause.ordinal());
        long now = nanos.getAsLong();
        Last before = last;
        if (before != null && now - before.at() > RECENTLY_NANOS) {
            inARow.set(0);
        }
        inARow.getAndIncrement();
        last = new Last(cause, what, now);
        long told = toldAt.get();
        if (now - told >= BETWEEN_TELLING_NANOS && toldAt.compareAndSet(told, now)) {
            return OptionalLong.of(untold.getAndSet(0));
        }
        untold.getAndIncrement();
        return OptionalLong.empty();
    }

    /** A call was given up, through no fault of the upstream. */
    void abandoned() {
        abandoned.increment();
    }

    Snapshot snapshot() {
        var counts = new EnumMap<Cause, Long>(Cause.class);
        for (Cause cause : Cause.values()) {
            counts.put(cause, ends.get(cause.ordinal()));
        }
        Last failure = last;
        return new Snapshot(
                counts,
                abandoned.sum(),
                inARow.get(),
                failure == null
                        ? Optional.empty()
                        : Optional.of(
                                new Failed(
                                        failure.cause(),
                                        failure.what(),
                                        Duration.ofNanos(
                                                Math.max(0, nanos.getAsLong() - failure.at())))));
    }

    /**
     * For those who watch; each figure by itself.
     *
     * @param ends how many calls ended so, for each cause; {@link Cause#NONE} are those that went
     *     well
     * @param abandoned how many were given up, because nobody wanted their answer any more
     * @param failedInARow how many failed since the last that did not, within ten minutes from each
     *     to the next
     * @param lastFailure whenever that was; empty if none ever failed
     */
    public record Snapshot(
            Map<Cause, Long> ends, long abandoned, int failedInARow, Optional<Failed> lastFailure) {
        /** Nothing yet. */
        public static final Snapshot NONE = new Snapshot(Map.of(), 0, 0, Optional.empty());
    }

    /**
     * A failure of the upstream.
     *
     * @param what happened, a sentence for a person
     * @param ago how long ago
     */
    public record Failed(Cause cause, String what, Duration ago) {}
}
