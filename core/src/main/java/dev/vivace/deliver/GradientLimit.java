package dev.vivace.deliver;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * How many calls in flight an upstream can take, from how soon it begins to answer. Not
 * thread-safe.
 *
 * <p>The gradient of Netflix's Gradient2 (concurrency-limits): as long as answers begin not much
 * later than they do where nothing queues, the limit grows by a little; when they begin later,
 * calls queue somewhere, and the limit shrinks in proportion. The limit moves once per round, by
 * the average of as many answers as half of it, because times to a first token vary by themselves
 * much more than those of small services.
 *
 * <p>For calls that the upstream turned away it shrinks once in such a time, not for each of a
 * burst of them, and to a tenth at most within a minute: they may come from too many tokens, of
 * which the number of calls says nothing, and that is over when the minute is. As soon as a row of
 * calls went well it doubles, as TCP does after a loss, up to half of what it was.
 *
 * <p>All hangs on knowing how soon answers begin where nothing queues, and under lasting demand
 * that is not to be seen: waiting would become the measure of waiting, and the limit would grow
 * without end. So, as TCP BBR does for its round-trip time, it is measured now and then under half
 * the limit, and under half of that, until answers begin no sooner; which says at the same time
 * what the limit should have been. To begin with the limit is small, and doubles until answers
 * begin later: an upstream with few places never sees a crowd, and one with many is found in a few
 * rounds. What a limit did shows only in calls that began under it, so those that were in flight
 * when it moved far are not looked at.
 */
final class GradientLimit {
    private static final double INITIAL = 8;
    private static final int LEAST_ROUND = 20;
    private static final double LONG_WINDOW = 600;
    private static final double TOLERANCE = 1.4;
    private static final double SMOOTHING = 0.2;
    private static final double ON_DROP = 0.9;

    /** What is left of the limit at least when calls were turned away for a minute. */
    private static final double LEAST_LEFT = 0.1;

    private static final long MINUTE = TimeUnit.MINUTES.toNanos(1);
    private static final int SHORTEST_ROW = 5;
    private static final int LONGEST_ROW = 20;

    /** Answers that begin no later than this, in times without a queue, show that none is there. */
    private static final double FREE = 1.15;

    private static final int FREE_ROUNDS = 2;
    private static final double FREE_GROWTH = 1.25;

    /** What half of a queue does at least to how soon answers begin. */
    private static final double SOONER = 0.7;

    private static final int ROUNDS_TO_PROBE = 50;
    private static final long LONGEST_PAUSE = TimeUnit.SECONDS.toNanos(1);

    private enum Phase {
        /** The limit doubles. */
        START,
        /** It follows the gradient. */
        STEADY,
        /** It is halved to see how soon answers begin. */
        PROBE
    }

    private final int max;
    private final LongSupplier nanos;
    private Phase phase = Phase.START;
    private double limit;

    /** How soon answers begin where nothing queues; 0 while that is unknown. */
    private double base;

    /** Whether a probe went down to where answers began no sooner; else it may be too late. */
    private boolean sure;

    private double weights;

    // The round.
    private double sum;
    private int size;
    private int mostInFlight;
    private int toSkip;

    // Since the last probe.
    private int rounds;
    private int freeRounds;

    /** The limit before the probe that is under way, or the highest since the last. */
    private double before;

    private double timeBefore;
    private double timeAbove;

    private boolean everDropped;
    private long droppedAt;

    // Since calls were turned away, until the limit has come back.

    /** Whether no row of calls has gone well since. */
    private boolean dropping;

    private long floorSince;
    private double floor = 1;

    /** Up to where it doubles; 0 if none were turned away. */
    private double goal;

    /** How many calls have gone well since, or since it doubled; negative while it cannot say. */
    private int well;

    GradientLimit(int max, LongSupplier nanos) {
        this.max = max;
        this.nanos = nanos;
        this.limit = Math.min(INITIAL, max);
        this.before = limit;
    }

    int limit() {
        return (int) limit;
    }

    /**
     * @param firstByteNanos negative if there was none
     * @param inFlight how many there were, this one included
     */
    void ended(long firstByteNanos, Turnstile.Left how, int inFlight) {
        boolean dropped = how == Turnstile.Left.DROPPED;
        if (dropped) {
            dropped();
        }
        if (toSkip > 0) {
            toSkip--;
        } else if (goal > 0) {
            if (how == Turnstile.Left.WELL
                    && ++well >= Math.clamp(limit(), SHORTEST_ROW, LONGEST_ROW)) {
                wentWell(inFlight - 1);
            }
        } else if (!dropped && firstByteNanos >= 0) {
            sum += Math.max(1, firstByteNanos);
            size++;
            mostInFlight = Math.max(mostInFlight, inFlight);
            if (size >= Math.max(LEAST_ROUND, limit / 2)) {
                round(sum / size, inFlight - 1);
            }
        }
    }

    private void dropped() {
        long now = nanos.getAsLong();
        well = 0;
        if (!dropping) {
            dropping = true;
            goal = highest() / 2;
            floorAt(highest(), now);
        } else if (now - floorSince >= MINUTE) {
            floorAt(limit, now);
        }
        long pause = base == 0 ? LONGEST_PAUSE : (long) Math.min(base, LONGEST_PAUSE);
        if (everDropped && now - droppedAt < pause) {
            return;
        }
        everDropped = true;
        droppedAt = now;
        limit = shrunk(limit);
        before = shrunk(before);
        phase = phase == Phase.START ? Phase.STEADY : phase;
    }

    private void floorAt(double from, long now) {
        floor = Math.max(1, LEAST_LEFT * from);
        floorSince = now;
    }

    /** A probe may be below the floor already. */
    private double shrunk(double from) {
        return Math.max(Math.min(from, floor), ON_DROP * from);
    }

    /** A probe comes back to where it began. */
    private double highest() {
        return phase == Phase.PROBE ? before : limit;
    }

    /** So much at a time the upstream took without turning any away. */
    private void wentWell(int inFlight) {
        dropping = false;
        well = 0;
        if (highest() >= goal) {
            goal = 0;
            return;
        }
        phase = Phase.STEADY;
        limit = Math.min(goal, 2 * limit);
        before = limit;
        sum = 0;
        size = 0;
        mostInFlight = 0;
        freeRounds = 0;
        toSkip = inFlight;
    }

    private void round(double time, int inFlight) {
        boolean few = mostInFlight < limit / 2;
        boolean full = mostInFlight >= limit();
        sum = 0;
        size = 0;
        mostInFlight = 0;
        if (phase == Phase.PROBE) {
            probed(time, inFlight);
        } else if (few) {
            // The limit holds nobody back: what their times are says nothing about it.
            learn(time);
        } else if (phase == Phase.START) {
            start(time, full, inFlight);
        } else {
            follow(time, full, inFlight);
        }
    }

    /** A plain average until the window is full. */
    private void learn(double time) {
        weights = Math.min(LONG_WINDOW, weights + LEAST_ROUND);
        base += LEAST_ROUND / weights * (time - base);
        sure = false;
    }

    private void start(double time, boolean full, int inFlight) {
        // The first answers of all may be late for reasons of their own.
        base = base == 0 ? time : Math.min(base, time);
        if (time > TOLERANCE * base) {
            probe(time, inFlight);
            return;
        }
        if (full) {
            grow(2, inFlight);
        }
    }

    private void grow(double factor, int inFlight) {
        limit = Math.min(max, factor * limit);
        toSkip = inFlight;
    }

    private void follow(double time, boolean full, int inFlight) {
        rounds++;
        if (base == 0 || rounds >= ROUNDS_TO_PROBE || limit < before / 2) {
            probe(time, inFlight);
            return;
        }
        if (time < base / 2) {
            base = time; // it was never so late without a queue
            sure = false;
        }
        freeRounds = full && time <= FREE * base ? freeRounds + 1 : 0;
        if (freeRounds == FREE_ROUNDS) {
            freeRounds = 0;
            grow(FREE_GROWTH, inFlight);
            return;
        }
        double gradient = Math.clamp(TOLERANCE * base / time, 0.5, 1);
        double growth = full ? Math.max(1, Math.sqrt(limit) / 2) : 0;
        double target = gradient * limit + growth;
        limit = Math.clamp(limit + SMOOTHING * (target - limit), 1, max);
        before = Math.max(before, limit);
    }

    private void probe(double time, int inFlight) {
        phase = Phase.PROBE;
        before = limit;
        timeBefore = time;
        timeAbove = time;
        halve(inFlight);
    }

    private void halve(int inFlight) {
        limit = Math.max(1, limit / 2);
        toSkip = inFlight;
    }

    /** Goes on until answers begin no sooner, or as soon as they did the last time. */
    private void probed(double time, int inFlight) {
        boolean asBefore = sure && time > SOONER * base && SOONER * time < base;
        if (limit > 1 && !asBefore && time < SOONER * timeAbove) {
            timeAbove = time;
            halve(inFlight);
            return;
        }
        base = asBefore ? (base + time) / 2 : time;
        sure = true;
        weights = LEAST_ROUND;
        // As long as more calls only wait for longer, as many more as may is in proportion.
        limit =
                Math.clamp(
                        before * Math.min(1, TOLERANCE * base / timeBefore),
                        Math.min(2 * limit, before),
                        before);
        before = limit;
        rounds = 0;
        freeRounds = 0;
        phase = Phase.STEADY;
        toSkip = inFlight;
    }
}
