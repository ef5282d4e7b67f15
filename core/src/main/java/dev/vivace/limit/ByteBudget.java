package dev.vivace.limit;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * How many bytes may be held at one time. Whoever finds no room waits in line rather than fail: the
 * oldest first, so that a large request is not starved by small ones. Thread-safe; it never blocks.
 */
public final class ByteBudget {

    private record Waiting(long bytes, Runnable granted) {}

    private final long max;
    private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
    private long held;
    private boolean granting;

    public ByteBudget(long max) {
        this.max = max;
    }

    /** The most that may be held. */
    public long max() {
        return max;
    }

    /** What is held now. */
    public synchronized long held() {
        return held;
    }

    /** Takes bytes if there is room and nobody waits in line. */
    public synchronized boolean tryReserve(long bytes) {
        if (!waiting.isEmpty() || held + bytes > max) {
            return false;
        }
        held += bytes;
        return true;
    }

    /**
     * Takes bytes as soon as there is room, and then runs the callback, on this thread or on one
     * that releases; it must not throw. More than {@link #max} is granted when nothing else is
     * held. The line is as long as there are connections.
     */
    public void reserve(long bytes, Runnable granted) {
        synchronized (this) {
            if (held > 0 && held + bytes > max || !waiting.isEmpty()) {
                waiting.add(new Waiting(bytes, granted));
                return;
            }
            held += bytes;
        }
        granted.run();
    }

    /** Gives bytes back, and lets those in who now have room. */
    public void release(long bytes) {
        synchronized (this) {
            held -= bytes;
            if (granting) {
                return; // whoever grants sees it; and a callback that releases does not recurse
            }
            granting = true;
        }
        for (Runnable next = next(); next != null; next = next()) {
            next.run();
        }
    }

    private synchronized @Nullable Runnable next() {
        Waiting first = waiting.peek();
        if (first == null || held > 0 && held + first.bytes > max) {
            granting = false;
            return null;
        }
        held += first.bytes;
        waiting.remove();
        return first.granted;
    }
}
