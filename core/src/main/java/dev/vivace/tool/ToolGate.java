package dev.vivace.tool;

import dev.vivace.deliver.Backoff;
import dev.vivace.deliver.Breaker;
import dev.vivace.deliver.RetryBudget;
import dev.vivace.limit.Claim;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/** What the calls of a tool, or of a server, have to pass. Thread-safe. */
final class ToolGate {
    private final String name;
    private final ToolLimit limit;
    private final Semaphore turns;
    private final Breaker breaker;
    private final RetryBudget retries;
    private final Backoff backoff;

    ToolGate(String name, ToolLimit limit, LongSupplier nanos, RandomGenerator random) {
        this.name = name;
        this.limit = limit;
        this.turns = new Semaphore(limit.atOnce(), true);
        this.breaker = new Breaker(limit.breaker(), nanos);
        this.retries = new RetryBudget(limit.retry().budget(), limit.retry().floor(), nanos);
        this.backoff = new Backoff(limit.retry().base(), limit.retry().maxWait(), random);
    }

    /** As a model may be told. */
    String name() {
        return name;
    }

    Breaker breaker() {
        return breaker;
    }

    /** Takes a turn if there is one for which nobody waits. */
    boolean tryTurn() throws InterruptedException {
        // With a time, for without one it would go before those who wait.
        return turns.tryAcquire(0, TimeUnit.NANOSECONDS);
    }

    /** Whether no more may wait for a turn. */
    boolean full() {
        return waiting() >= limit.queue();
    }

    /**
     * Waits for a turn as long as may be.
     *
     * @param waited nanoseconds that it has waited before, for another's
     */
    boolean awaitTurn(long waited) throws InterruptedException {
        return turns.tryAcquire(limit.queueWait().toNanos() - waited, TimeUnit.NANOSECONDS);
    }

    /** How long one waits for a turn at most. */
    Duration queueWait() {
        return limit.queueWait();
    }

    /** How many wait for a turn, roughly. */
    int waiting() {
        return turns.getQueueLength();
    }

    void giveTurnBack() {
        turns.release();
    }

    /** What is asked of the bucket of calls a minute, if there is one. */
    Optional<Claim> claim() {
        return limit.perMinute().isPresent()
                ? Optional.of(new Claim(name, limit.perMinute().getAsLong(), 1))
                : Optional.empty();
    }

    /** A call has come that is no retry. */
    void called() {
        retries.called();
    }

    /**
     * The wait before the next attempt; empty if there is none.
     *
     * @param made attempts so far
     */
    Optional<Duration> beforeRetry(int made) {
        return made < limit.retry().attempts() && retries.tryRetry()
                ? Optional.of(backoff.before(made))
                : Optional.empty();
    }
}
