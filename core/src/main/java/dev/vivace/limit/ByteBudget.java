package dev.vivace.limit;

import java.util.LinkedHashSet;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How many bytes may be held at one time. Whoever finds no room may wait in line rather than fail:
 * the oldest first, so that a large request is not starved by small ones. Thread-safe; it never
 * blocks, and its monitor is not held while callbacks run.
 *
 * <p>Who holds bytes already and waits for more comes before all who hold none: what has begun is
 * to end. Those who hold could wait for each other for ever. So as soon as the first of them would
 * have no room even if all gave back what they hold who do not wait, the last of them has to give
 * up, until it would. As long as those who do not wait release in the end, each who waits has its
 * turn.
 *
 * <p>Who holds bytes here and waits for something else, such as another budget, says so by {@link
 * #park}: the one that has it may wait here.
 */
public final class ByteBudget {
    /** A place in line. */
    public final class Place {
        private final long bytes;
        private final long own;
        private final Runnable granted;

        /** Nothing if it holds nothing that anybody waits for, and so may wait for ever. */
        private final @Nullable Runnable hopeless;

        private Place(long bytes, long own, Runnable granted, @Nullable Runnable hopeless) {
            this.bytes = bytes;
            this.own = own;
            this.granted = granted;
            this.hopeless = hopeless;
        }

        /**
         * Leaves the line. False if its turn had come before, or it had to give up: one of its
         * callbacks has run or will, and if it is the one that grants, the bytes are taken and must
         * be released.
         */
        public boolean leave() {
            synchronized (ByteBudget.this) {
                if (!line(own).remove(this)) {
                    return false;
                }
                parked -= own;
            }
            release(0); // those behind it may have room
            return true;
        }
    }

    private final long max;
    private final int longest;
    private final LinkedHashSet<Place> begun = new LinkedHashSet<>();
    private final LinkedHashSet<Place> waiting = new LinkedHashSet<>();
    private long held;

    /** Of what is held, that of those who wait for more. */
    private long parked;

    private boolean granting;

    /** With lines of at most 10,000. */
    public ByteBudget(long max) {
        this(max, 10_000);
    }

    /**
     * @param longest how many may wait in line who hold bytes, and how many who do not
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
        return begun.size() + waiting.size();
    }

    /** Takes bytes if there is room and nobody waits in line. Runs no callback. */
    public boolean tryReserve(long bytes) {
        return tryReserve(bytes, 0);
    }

    /**
     * Takes bytes if there is room and nobody waits in line who goes before. Runs no callback.
     *
     * @param own what the caller holds already
     */
    public synchronized boolean tryReserve(long bytes, long own) {
        if (!begun.isEmpty() || own == 0 && !waiting.isEmpty() || held + bytes > max) {
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
        return add(new Place(bytes, 0, granted, null));
    }

    /**
     * As above, for one who holds bytes already, here or elsewhere, and keeps them meanwhile.
     *
     * @param own how many it holds here
     * @param hopeless runs instead of the other, on whichever thread asks, releases or leaves, if
     *     it has to give up; it must see to it that what it holds is released
     */
    public Optional<Place> reserve(long bytes, long own, Runnable granted, Runnable hopeless) {
        return add(new Place(bytes, own, granted, hopeless));
    }

    private Optional<Place> add(Place place) {
        long own = place.own;
        if (place.bytes + own > max) {
            throw new IllegalArgumentException(place.bytes + own + " bytes never fit into " + max);
        }
        boolean taken;
        synchronized (this) {
            taken = tryReserve(place.bytes, own);
            if (!taken) {
                if (line(own).size() >= longest) {
                    return Optional.empty();
                }
                line(own).add(place);
                parked += own;
            }
        }
        if (taken) {
            place.granted.run();
        } else {
            release(0); // it may be the one too many
        }
        return Optional.of(place);
    }

    /** Some of what is held is not given back before something comes that is not had here. */
    public void park(long bytes) {
        synchronized (this) {
            parked += bytes;
        }
        release(0); // there may be one too many now
    }

    /** It has come, or is waited for no more. */
    public synchronized void unpark(long bytes) {
        parked -= bytes;
    }

    /** Gives bytes back, and lets those in who now have room. */
    public void release(long bytes) {
        synchronized (this) {
            held -= bytes;
            if (granting || begun.isEmpty() && waiting.isEmpty()) {
                return; // whoever grants sees it; and a callback that releases does not recurse
            }
            granting = true;
        }
        for (Runnable next = next(); next != null; next = next()) {
            next.run();
        }
    }

    private LinkedHashSet<Place> line(long own) {
        return own == 0 ? waiting : begun;
    }

    private synchronized @Nullable Runnable next() {
        LinkedHashSet<Place> line = begun.isEmpty() ? waiting : begun;
        if (!line.isEmpty()) {
            Place first = line.getFirst();
            if (held + first.bytes <= max) {
                line.removeFirst();
                parked -= first.own;
                held += first.bytes;
                return first.granted;
            }
            if (parked + first.bytes > max) {
                for (Place last : line.reversed()) {
                    if (last.hopeless != null) {
                        line.remove(last);
                        parked -= last.own;
                        return last.hopeless;
                    }
                }
            }
        }
        granting = false;
        return null;
    }
}
