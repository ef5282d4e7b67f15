package dev.vivace.limit;

import java.util.LinkedHashSet;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How many bytes may be held at one time. Whoever finds no room may wait in line rather than fail:
 * the oldest first, so that a large request is not starved by small ones. Thread-safe; it never
 * blocks, and its monitor is not held while callbacks run.
 */
public final class ByteBudget {
    /** A place in line. */
    public final class Place {
        private final long bytes;
        private final Runnable granted;

        private Place(long bytes, Runnable granted) {
            this.bytes = bytes;
            this.granted = granted;
        }

        /**
         * Leaves the line. False if its turn had come before: then the bytes are taken, the
         * callback has run or will, and they must be released.
         */
        public boolean leave() {
            synchronized (ByteBudget.this) {
                if (!waiting.remove(this)) {
                    return false;
                }
            }
            release(0); // those behind it may have room
            return true;
        }
    }

    private final long max;
    private final int longest;
    private final LinkedHashSet<Place> waiting = new LinkedHashSet<>();
    private long held;
    private boolean granting;

    /** With a line of at most 10,000. */
    public ByteBudget(long max) {
        this(max, 10_000);
    }

    /**
     * @param longest how many may wait in line
     */
    public ByteBudget(long max, int longest) {
        this.max = max;
        this.longest = longest;
    }

    /** The most that may be held. */
    public long max() {
        return max;
    }

    /** What is held now. */
    public synchronized long held() {
        return held;
    }

    /** How many wait in line. */
    public synchronized int waiting() {
        return waiting.size();
    }

    /** Takes bytes if there is room and nobody waits in line. Runs no callback. */
    public synchronized boolean tryReserve(long bytes) {
        if (!waiting.isEmpty() || held + bytes > max) {
            return false;
        }
        held += bytes;
        return true;
    }

    /**
     * Takes bytes as soon as there is room, and then runs the callback, on this thread or on one
     * that releases; it must not throw.
     *
     * @return the place in line; nothing if the line is full, and then nothing is taken
     * @throws IllegalArgumentException if it is more than there can ever be room for
     */
    public Optional<Place> reserve(long bytes, Runnable granted) {
        if (bytes > max) {
            throw new IllegalArgumentException(bytes + " bytes never fit into " + max);
        }
        var place = new Place(bytes, granted);
        synchronized (this) {
            if (!waiting.isEmpty() || held + bytes > max) {
                return waiting.size() < longest && waiting.add(place)
                        ? Optional.of(place)
                        : Optional.empty();
            }
            held += bytes;
        }
        granted.run();
        return Optional.of(place);
    }

    /** Gives bytes back, and lets those in who now have room. */
    public void release(long bytes) {
        synchronized (this) {
            held -= bytes;
            if (granting || waiting.isEmpty()) {
                return; // whoever grants sees it; and a callback that releases does not recurse
            }
            granting = true;
        }
        for (Runnable next = next(); next != null; next = next()) {
            next.run();
        }
    }

    private synchronized @Nullable Runnable next() {
        if (waiting.isEmpty() || held + waiting.getFirst().bytes > max) {
            granting = false;
            return null;
        }
        Place first = waiting.removeFirst();
        held += first.bytes;
        return first.granted;
    }
}
