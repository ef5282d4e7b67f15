package dev.vivace.deliver;

import java.time.Duration;

/** What a {@link Turnstile} answers to a call that wants to enter. */
public sealed interface Entry permits Entry.Entered, Queued, Entry.Full {
    /** It has a place, and must leave it. */
    record Entered() implements Entry {
        static final Entered NOW = new Entered();
    }

    /**
     * There is no place, not even to wait.
     *
     * @param retryAfter when there may be one, 1 s to 1 minute, estimated from how many left lately
     */
    record Full(Duration retryAfter) implements Entry {}
}
