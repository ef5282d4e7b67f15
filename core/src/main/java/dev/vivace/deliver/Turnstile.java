package dev.vivace.deliver;

import dev.vivace.deliver.ConcurrencyOptions.Mode;
import dev.vivace.key.Priority;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Lets so many calls to an upstream at a time, and the others wait in a bounded queue.
 *
 * <p>Who goes first: the class of its priority decides, within a class who came first. A call that
 * waits moves up a class for each quarter of the longest wait; a low one is thereby among the high
 * ones, and the oldest of them, after half of it: nobody starves while calls end at all.
 *
 * <p>Waiters hear in turn, one at a time and without the lock: one that leaves again at once frees
 * a place for the next without another frame on the stack. Thread-safe.
 */
public final class Turnstile {
    private static final int CLASSES = Priority.values().length;
    private static final int WINDOW_SECONDS = 60;
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final int LEFT = 0;

    /** What the end of a call says of how many calls the upstream takes. */
    public enum Left {
        /** It was answered. */
        WELL,
        /** The upstream said, or showed by its silence, that it was too much: 429, 503, timeout. */
        DROPPED,
        /** Nothing: it was never sent, or given up, or failed for other reasons. */
        SILENTLY
    }

    private final ConcurrencyOptions options;
    private final LongSupplier nanos;
    private final GradientLimit gradient;
    private final long longestWait;
    private final long promotedAfter;

    private final WaitingLine[] lines = new WaitingLine[CLASSES];
    private final Queue<Queued> toTell = new ArrayDeque<>();
    private final RollingCounts ends;
    private boolean telling;
    private int inFlight;
    private int queued;
    private long arrivals;
    private long busySince;

    public Turnstile(ConcurrencyOptions options, LongSupplier nanos) {
        this.options = options;
        this.nanos = nanos;
        this.gradient = new GradientLimit(options.max(), nanos);
        this.longestWait = options.queueWait().toNanos();
        this.promotedAfter = Math.max(1, longestWait / 4);
        this.ends = new RollingCounts(1, WINDOW_SECONDS, SECOND, nanos);
        this.busySince = nanos.getAsLong();
        for (int i = 0; i < CLASSES; i++) {
            lines[i] = new WaitingLine();
        }
    }

    /** Whether it ever keeps anybody waiting; if not, none has to enter or leave. */
    public boolean limits() {
        return options.mode() != Mode.OFF;
    }

    /**
     * A call wants to enter.
     *
     * @param waiter who hears later if the answer is {@link Queued}, possibly before this returns;
     *     otherwise nobody does
     */
    public Entry enter(Priority priority, Waiter waiter) {
        if (!limits()) {
            return Entry.Entered.NOW;
        }
        Entry entry;
        synchronized (this) {
            if (inFlight < limit()) {
                inFlight++;
                return Entry.Entered.NOW;
            }
            endOverlong();
            entry = queueOrRefuse(priority, waiter);
        }
        tell();
        return entry;
    }

    private Entry queueOrRefuse(Priority priority, Waiter waiter) {
        long now = nanos.getAsLong();
        if (queued == 0) {
            // From here on it works as fast as it can, and what leaves per second says how fast.
            ends.clear();
            busySince = now;
        }
        if (queued >= options.queue() || longestWait == 0) {
            return new Entry.Full(retryAfter());
        }
        var place = new Queued(this, waiter, priority, now, arrivals++);
        lines[priority.ordinal()].add(place);
        queued++;
        return place;
    }

    /**
     * A call that had entered is over.
     *
     * @param firstByteNanos how long the upstream took to begin its answer, negative if it did not
     * @param how what the end says of how many it takes
     */
    public void left(long firstByteNanos, Left how) {
        if (!limits()) {
            return;
        }
        synchronized (this) {
            if (options.mode() == Mode.ADAPTIVE) {
                gradient.ended(firstByteNanos, how, inFlight);
            }
            inFlight--;
            ends.add(LEFT);
            if (queued == 0) {
                return;
            }
            endOverlong();
            admit();
        }
        tell();
    }

    /** Ends the waiting of those who waited too long. For a timer; calls that leave do it too. */
    public void sweep() {
        synchronized (this) {
            if (queued == 0) {
                return;
            }
            endOverlong();
        }
        tell();
    }

    /** How many may be in at a time; no limit is {@link Integer#MAX_VALUE}. */
    public synchronized int limit() {
        return switch (options.mode()) {
            case OFF -> Integer.MAX_VALUE;
            case FIXED -> options.max();
            case ADAPTIVE -> gradient.limit();
        };
    }

    /** How many are in; 0 where nothing limits them. */
    public synchronized int inFlight() {
        return inFlight;
    }

    /** How many wait. */
    public synchronized int queued() {
        return queued;
    }

    synchronized boolean leaveQueue(Queued place) {
        if (!place.waits) {
            return false;
        }
        unqueue(place);
        return true;
    }

    private void unqueue(Queued place) {
        lines[place.priority.ordinal()].remove(place);
        place.waits = false;
        queued--;
    }

    private void admit() {
        while (inFlight < limit()) {
            Queued next = next();
            if (next == null) {
                return;
            }
            unqueue(next);
            inFlight++;
            toTell.add(next);
        }
    }

    /** The oldest of a line waits longest and so stands highest in it: only they compare. */
    private @Nullable Queued next() {
        long now = nanos.getAsLong();
        Queued best = null;
        long bestClass = Long.MAX_VALUE;
        for (WaitingLine line : lines) {
            Queued first = line.first();
            if (first == null) {
                continue;
            }
            long promotions = (now - first.arrivedAt) / promotedAfter;
            long standing = Math.max(0, first.priority.ordinal() - promotions);
            if (best == null
                    || standing < bestClass
                    || standing == bestClass && first.number < best.number) {
                best = first;
                bestClass = standing;
            }
        }
        return best;
    }

    private void endOverlong() {
        long now = nanos.getAsLong();
        for (WaitingLine line : lines) {
            for (Queued first = line.first();
                    first != null && now - first.arrivedAt >= longestWait;
                    first = line.first()) {
                unqueue(first);
                first.tooLong = retryAfter();
                toTell.add(first);
            }
        }
    }

    private Duration retryAfter() {
        long busy = Math.min(nanos.getAsLong() - busySince, WINDOW_SECONDS * SECOND);
        double perPlace = (double) busy / Math.max(1, ends.sum(LEFT));
        double seconds = Math.ceil((queued + 1) * perPlace / SECOND);
        return Duration.ofSeconds((long) Math.clamp(seconds, 1, 60));
    }

    private void tell() {
        synchronized (this) {
            if (telling || toTell.isEmpty()) {
                return;
            }
            telling = true;
        }
        Throwable failure = null;
        for (Queued next = nextToTell(); next != null; next = nextToTell()) {
            try {
                next.tell();
            } catch (RuntimeException | Error e) {
                // The others hear all the same.
                failure = e;
            }
        }
        if (failure instanceof Error error) {
            throw error;
        }
        if (failure instanceof RuntimeException exception) {
            throw exception;
        }
    }

    private synchronized @Nullable Queued nextToTell() {
        Queued next = toTell.poll();
        telling = next != null;
        return next;
    }
}
