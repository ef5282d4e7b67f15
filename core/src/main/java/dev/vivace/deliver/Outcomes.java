package dev.vivace.deliver;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * How the calls to one upstream ended since it is known. A breaker needs many failures in a short
 * time; here also those are seen of an upstream that is hardly asked. Thread-safe.
 */
public final class Outcomes {
    /** What is longer ago says little about now. */
    static final Duration RECENTLY = Duration.ofMinutes(10);

    private static final long RECENTLY_NANOS = RECENTLY.toNanos();
    private static final long BETWEEN_TELLING_NANOS = TimeUnit.MINUTES.toNanos(1);
    private static final int WELL = 0;
    private static final int FAILED = 1;
    private static final int BUCKETS = 10;

    private final LongSupplier nanos;
    private final long[] ends = new long[Cause.values().length];
    private final RollingCounts recent;
    private long abandoned;
    private int inARow;
    private int wellInARow;
    private int untold;
    private boolean told;
    private long toldAt;
    private @Nullable Last last;

    private record Last(Cause cause, String what, long at) {}

    Outcomes(LongSupplier nanos) {
        this.nanos = nanos;
        this.recent = new RollingCounts(2, BUCKETS, RECENTLY_NANOS / BUCKETS, nanos);
    }

    /**
     * A call ended so, and nobody has to do anything about it.
     *
     * @return how many had failed in a row before, if that is over now and somebody was told
     */
    synchronized OptionalInt ended(Cause cause) {
        ends[cause.ordinal()]++;
        // That a client's own credential was refused, or is used too much, says nothing of others.
        if (cause.aboutKey() || cause == Cause.RATE_LIMITED) {
            return OptionalInt.empty();
        }
        recent.add(WELL);
        wellInARow++;
        int over = inARow;
        inARow = 0;
        boolean news = over > 0 && told;
        told &= !news;
        return news ? OptionalInt.of(over) : OptionalInt.empty();
    }

    /**
     * A call ended so, and that is for whoever is on call.
     *
     * @param what happened, a sentence for a person
     * @return how many others ended like this since somebody was told, if it is time to tell again:
     *     a minute after the last time
     */
    synchronized OptionalInt failed(Cause cause, String what) {
        ends[cause.ordinal()]++;
        return failed(new Last(cause, what, nanos.getAsLong()));
    }

    /** Likewise, where the client has given up before anything was there to be counted. */
    synchronized OptionalInt unanswered(String what) {
        abandoned++;
        return failed(new Last(Cause.TIMEOUT, what, nanos.getAsLong()));
    }

    private OptionalInt failed(Last now) {
        if (last != null && now.at() - last.at() > RECENTLY_NANOS) {
            inARow = 0;
        }
        inARow++;
        wellInARow = 0;
        recent.add(FAILED);
        last = now;
        if (told && now.at() - toldAt < BETWEEN_TELLING_NANOS) {
            untold++;
            return OptionalInt.empty();
        }
        told = true;
        toldAt = now.at();
        int others = untold;
        untold = 0;
        return OptionalInt.of(others);
    }

    /** A call was given up, which says nothing of the upstream. */
    synchronized void abandoned() {
        abandoned++;
    }

    synchronized Snapshot snapshot() {
        var counts = new EnumMap<Cause, Long>(Cause.class);
        for (Cause cause : Cause.values()) {
            counts.put(cause, ends[cause.ordinal()]);
        }
        int failures = recent.sum(FAILED);
        Last failure = last;
        return new Snapshot(
                counts,
                abandoned,
                inARow,
                wellInARow,
                failures,
                failures + recent.sumThen(WELL),
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
     * For those who watch.
     *
     * @param ends how many calls ended so, for each cause; {@link Cause#NONE} are those that went
     *     well
     * @param abandoned how many were given up, because nobody wanted their answer any more
     * @param failedInARow how many failed since the last that did not, within ten minutes from each
     *     to the next
     * @param wellInARow how many went well since the last that failed
     * @param recentFailures how many failed within about ten minutes
     * @param recent how many ended within that time, those that were given up not counted
     * @param lastFailure whenever that was; empty if none ever failed
     */
    public record Snapshot(
            Map<Cause, Long> ends,
            long abandoned,
            int failedInARow,
            int wellInARow,
            int recentFailures,
            int recent,
            Optional<Failed> lastFailure) {
        private static final int FEW = 3;

        /** Of calls of which half fail, one row of so many in 32 goes well. */
        private static final int WELL_AGAIN = 5;

        /** What is wrong, if much is: three in a row, or three and half of all, of late. */
        Optional<String> problem() {
            boolean row = failedInARow >= FEW;
            boolean half =
                    recentFailures >= FEW
                            && 2 * recentFailures >= recent
                            && wellInARow < WELL_AGAIN;
            if ((!row && !half) || lately().isEmpty()) {
                return Optional.empty();
            }
            return Optional.of(
                    row
                            ? "failed " + failedInARow + " times in a row" + lately()
                            : "failed %d of %d times in ten minutes%s"
                                    .formatted(recentFailures, recent, lately()));
        }

        /** The end of a sentence about it: what failed last, if that was of late. */
        String lately() {
            return lastFailure
                    .filter(failure -> failure.ago().compareTo(RECENTLY) < 0)
                    .map(failure ->
                            "; last %d s ago: %s"
                                    .formatted(failure.ago().toSeconds(), failure.what()))
                    .orElse("");
        }
    }

    /**
     * A failure of the upstream.
     *
     * @param what happened, a sentence for a person
     * @param ago how long ago
     */
    public record Failed(Cause cause, String what, Duration ago) {}
}
