package dev.vivace.gateway;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/** Nanoseconds that pass when a test says so. */
final class StillClock implements LongSupplier {
    private final AtomicLong now = new AtomicLong(1_000_000_000_000L);

    @Override
    public long getAsLong() {
        return now.get();
    }

    void pass(Duration time) {
        passNanos(time.toNanos());
    }

    void passNanos(long nanos) {
        now.addAndGet(nanos);
    }
}
