package dev.vivace.ledger;

import java.time.Duration;
import java.util.function.LongSupplier;

/** Says when it is time to log a recurring failure again: at most once per minute. One thread. */
final class Seldom {
    private static final long PAUSE_NANOS = Duration.ofMinutes(1).toNanos();

    private final LongSupplier nanoTime;
    private boolean spoken;
    private long last;

    Seldom(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    boolean again() {
        long now = nanoTime.getAsLong();
        if (spoken && now - last < PAUSE_NANOS) {
            return false;
        }
        spoken = true;
        last = now;
        return true;
    }
}
