package dev.vivace.deliver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vivace.key.Priority;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class TurnstileTest {
    private final AtomicLong now = new AtomicLong();
    private final List<String> heard = new ArrayList<>();

    private Turnstile turnstile(int max, int queue) {
        return new Turnstile(
                new ConcurrencyOptions(
                        ConcurrencyOptions.Mode.FIXED, max, queue, Duration.ofSeconds(20)),
                now::get);
    }

    private Waiter called(String name) {
        return new Waiter() {
            @Override
            public void enters() {
                heard.add(name);
            }

            @Override
            public void waitedTooLong(Duration retryAfter) {
                heard.add(name + " too long");
            }
        };
    }

    @Test
    void theHigherGoesFirstUnlessTheLowerHasWaitedLong() {
        var turnstile = turnstile(1, 10);
        turnstile.enter(Priority.LOW, called("in"));
        turnstile.enter(Priority.LOW, called("old low"));
        now.addAndGet(Duration.ofSeconds(10).toNanos());
        turnstile.enter(Priority.LOW, called("low"));
        turnstile.enter(Priority.NORMAL, called("normal"));
        turnstile.enter(Priority.HIGH, called("high 1"));
        turnstile.enter(Priority.HIGH, called("high 2"));
        for (int i = 0; i < 5; i++) {
            turnstile.left(1, Turnstile.Left.WELL);
        }
        assertEquals(List.of("old low", "high 1", "high 2", "normal", "low"), heard);
    }

    @Test
    void whoeverFindsItFullOrWaitsTooLongIsTold() {
        var turnstile = turnstile(1, 1);
        turnstile.enter(Priority.HIGH, called("in"));
        var queued = assertInstanceOf(Queued.class, turnstile.enter(Priority.LOW, called("late")));
        var full = assertInstanceOf(Entry.Full.class, turnstile.enter(Priority.HIGH, called("no")));
        assertTrue(full.retryAfter().toSeconds() >= 1 && full.retryAfter().toSeconds() <= 60);
        now.addAndGet(Duration.ofSeconds(20).toNanos());
        turnstile.sweep();
        assertEquals(List.of("late too long"), heard);
        assertFalse(queued.leave());
        assertEquals(0, turnstile.queued());
    }

    @Test
    void whoLeavesAtOnceNeedsNoStackForTheNext() {
        var turnstile = turnstile(1, 100_000);
        turnstile.enter(Priority.HIGH, called("in"));
        var entered = new AtomicInteger();
        for (int i = 0; i < 100_000; i++) {
            turnstile.enter(
                    Priority.NORMAL,
                    new Waiter() {
                        @Override
                        public void enters() {
                            entered.incrementAndGet();
                            turnstile.left(-1, Turnstile.Left.WELL);
                        }

                        @Override
                        public void waitedTooLong(Duration retryAfter) {}
                    });
        }
        turnstile.left(-1, Turnstile.Left.WELL);
        assertEquals(100_000, entered.get());
        assertEquals(0, turnstile.inFlight());
    }

    @Test
    void manyThreadsLoseNobodyAndNeverExceedTheLimit() throws Exception {
        var turnstile = turnstile(3, 20);
        var in = new AtomicInteger();
        var most = new AtomicInteger();
        var twice = new AtomicInteger();
        var queued = new AtomicInteger();
        var told = new AtomicInteger();
        var gone = new AtomicInteger();
        try (var threads = Executors.newFixedThreadPool(4)) {
            List<Future<?>> done = new ArrayList<>();
            for (int t = 0; t < 4; t++) {
                var random = new Random(t);
                done.add(
                        threads.submit(() -> {
                            for (int i = 0; i < 20_000; i++) {
                                enterAndLeave(
                                        turnstile, random, in, most, twice, queued, told, gone);
                            }
                        }));
            }
            for (Future<?> one : done) {
                one.get();
            }
        }
        assertEquals(0, turnstile.inFlight());
        assertEquals(0, turnstile.queued());
        assertEquals(queued.get(), told.get() + gone.get());
        assertEquals(0, twice.get());
        assertTrue(most.get() <= 3, "in at a time: " + most);
    }

    private static void enterAndLeave(
            Turnstile turnstile,
            Random random,
            AtomicInteger in,
            AtomicInteger most,
            AtomicInteger twice,
            AtomicInteger queued,
            AtomicInteger told,
            AtomicInteger gone) {
        var calls = new AtomicInteger();
        Runnable work =
                () -> {
                    most.accumulateAndGet(in.incrementAndGet(), Math::max);
                    Thread.yield();
                    in.decrementAndGet();
                    turnstile.left(1, Turnstile.Left.WELL);
                };
        Entry entry =
                turnstile.enter(
                        Priority.values()[random.nextInt(3)],
                        new Waiter() {
                            @Override
                            public void enters() {
                                told.incrementAndGet();
                                twice.addAndGet(calls.getAndIncrement());
                                work.run();
                            }

                            @Override
                            public void waitedTooLong(Duration retryAfter) {
                                throw new AssertionError("the clock stands");
                            }
                        });
        switch (entry) {
            case Entry.Entered e -> work.run();
            case Entry.Full f -> {}
            case Queued q -> {
                queued.incrementAndGet();
                if (random.nextInt(3) == 0 && q.leave()) {
                    gone.incrementAndGet();
                    twice.addAndGet(calls.getAndIncrement());
                }
            }
        }
    }
}
