package dev.vivace.deliver;

import dev.vivace.key.Priority;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** It waits; its {@link Waiter} will hear. Thread-safe. */
public final class Queued implements Entry {
    private final Turnstile turnstile;
    private final Waiter waiter;
    final Priority priority;
    final long arrivedAt;
    final long number;

    // All of these belong to the turnstile and its lock.
    @Nullable Queued before;
    @Nullable Queued behind;
    boolean waits = true;
    @Nullable Duration tooLong;

    Queued(Turnstile turnstile, Waiter waiter, Priority priority, long arrivedAt, long number) {
        this.turnstile = turnstile;
        this.waiter = waiter;
        this.priority = priority;
        this.arrivedAt = arrivedAt;
        this.number = number;
    }

    /**
     * Waits no longer. True if it still waited: its waiter hears nothing. False if the waiter has
     * heard or is just hearing, so that a place it got is still its own to leave.
     */
    public boolean leave() {
        return turnstile.leaveQueue(this);
    }

    void tell() {
        Duration retryAfter = tooLong;
        if (retryAfter == null) {
            waiter.enters();
        } else {
            waiter.waitedTooLong(retryAfter);
        }
    }
}
