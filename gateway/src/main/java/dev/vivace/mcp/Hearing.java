package dev.vivace.mcp;

import io.modelcontextprotocol.spec.McpSchema.JSONRPCNotification;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** What is heard of one session, for the one who attends to it. Thread-safe. */
final class Hearing implements Peer.Ears {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition news = lock.newCondition();

    // Guarded by the lock.
    private final Stale stale = new Stale();
    private Optional<String> broken = Optional.empty();

    /** A list that is to be fetched again; empty at that time, or when the session has broken. */
    Optional<Kind> await(long untilNanos) throws InterruptedException {
        lock.lock();
        try {
            while (broken.isEmpty()) {
                long now = System.nanoTime();
                Optional<Kind> due = stale.take(now);
                long left = Math.min(untilNanos - now, stale.untilDue(now));
                if (due.isPresent() || left <= 0) {
                    return due;
                }
                var unused = news.awaitNanos(left);
            }
            return Optional.empty();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void notified(JSONRPCNotification notification) {
        lock.lock();
        try {
            for (Kind kind : Kind.values()) {
                if (notification.method().equals(kind.changed())) {
                    stale.add(kind);
                    news.signalAll();
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /** A list could not be fetched. */
    void later(Kind kind) {
        lock.lock();
        try {
            stale.later(kind, System.nanoTime());
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void broken(String why) {
        lock.lock();
        try {
            broken = Optional.of(why);
            news.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Why there is nothing to attend to any more. */
    Optional<String> end() {
        lock.lock();
        try {
            return broken;
        } finally {
            lock.unlock();
        }
    }
}
