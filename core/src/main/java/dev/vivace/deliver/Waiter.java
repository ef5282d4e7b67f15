package dev.vivace.deliver;

import java.time.Duration;

/**
 * A call that may have to wait at a {@link Turnstile}. Of its methods one is called, once, on
 * whatever thread freed the place or swept; none if it left before. No lock is held meanwhile, but
 * the others wait until it returns.
 */
public interface Waiter {
    /** It has a place now, and must leave it. */
    void enters();

    /** It has no place and waits no longer. */
    void waitedTooLong(Duration retryAfter);
}
