package dev.vivace.replay;

import dev.vivace.replay.Outcome.Answered;
import dev.vivace.replay.Outcome.Failed;
import dev.vivace.replay.Outcome.GaveUp;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/** Makes the calls of a workload at one endpoint, once. */
final class Runner {
    /**
     * More than this at one time and an open loop counts calls as failed instead of making them.
     */
    static final int MAX_IN_FLIGHT = 2_000;

    private final Endpoint endpoint;
    private final Tally tally;
    private final Answers answers;
    private final Runnable done;

    /**
     * @param done called after each call, on any thread
     */
    Runner(Endpoint endpoint, Tally tally, Answers answers, Runnable done) {
        this.endpoint = endpoint;
        this.tally = tally;
        this.answers = answers;
        this.done = done;
    }

    /** Closed loop: so many lanes at a time, and within a lane one step after another. */
    void closed(List<Lane> lanes, int concurrency) throws InterruptedException {
        var next = new AtomicInteger();
        var workers = new ArrayList<Thread>();
        for (var i = 0; i < Math.min(concurrency, lanes.size()); i++) {
            workers.add(
                    Thread.ofVirtual()
                            .start(() -> {
                                for (var n = next.getAndIncrement();
                                        n < lanes.size();
                                        n = next.getAndIncrement()) {
                                    walk(lanes.get(n));
                                }
                            }));
        }
        for (var worker : workers) {
            worker.join();
        }
    }

    private void walk(Lane lane) {
        for (var step : lane.steps()) {
            var siblings =
                    step.stream()
                            .skip(1)
                            .map(c ->
                                    Thread.ofVirtual()
                                            .start(() -> make(lane, c, System.nanoTime())))
                            .toList();
            make(lane, step.getFirst(), System.nanoTime());
            for (var sibling : siblings) {
                join(sibling);
            }
        }
    }

    /**
     * Open loop: calls start by the clock, whether or not earlier ones have ended. Latency counts
     * from the moment at which a call should have started, so that a side that is behind cannot
     * hide it.
     *
     * @param rate calls per second
     * @param window how many lanes take turns
     */
    void open(List<Lane> lanes, double rate, int window) throws InterruptedException {
        var turns = Turns.of(lanes, window);
        var ended = new CountDownLatch(turns.size());
        var slots = new Semaphore(MAX_IN_FLIGHT);
        var start = System.nanoTime();
        for (var i = 0; i < turns.size(); i++) {
            var turn = turns.get(i);
            var due = start + (long) (i / rate * TimeUnit.SECONDS.toNanos(1));
            waitFor(due);
            if (!slots.tryAcquire()) {
                settle(
                        turn.lane(),
                        turn.call(),
                        due,
                        new Failed(
                                "not made: "
                                        + MAX_IN_FLIGHT
                                        + " calls are under way, --rate is more than the other"
                                        + " side can take",
                                0));
                ended.countDown();
                continue;
            }
            Thread.startVirtualThread(() -> {
                try {
                    make(turn.lane(), turn.call(), due);
                } finally {
                    slots.release();
                    ended.countDown();
                }
            });
        }
        ended.await();
    }

    private static void waitFor(long due) throws InterruptedException {
        for (var wait = due - System.nanoTime(); wait > 0; wait = due - System.nanoTime()) {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            LockSupport.parkNanos(wait);
        }
    }

    private void make(Lane lane, Call call, long startNanos) {
        try {
            if (call.patience().isEmpty()) {
                settle(lane, call, startNanos, endpoint.ask(call));
                return;
            }
            var outcome = endpoint.ask(call, call.patience().get());
            if (outcome instanceof GaveUp) {
                tally.gaveUp();
                outcome = endpoint.ask(call);
            }
            settle(lane, call, startNanos, outcome);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            settle(lane, call, startNanos, new Failed("interrupted", 0));
        }
    }

    private void settle(Lane lane, Call call, long startNanos, Outcome outcome) {
        switch (outcome) {
            case Answered a -> {
                tally.answered(call, a, startNanos);
                answers.put(call, a);
            }
            case Failed f -> tally.failed(lane.name() + ", call " + (call.number() + 1), f);
            case GaveUp g -> tally.failed(lane.name(), new Failed("no answer in time", 1));
        }
        done.run();
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
