package dev.vivace.tool;

import static dev.vivace.tool.FakeTool.json;
import static dev.vivace.tool.FakeTool.said;
import static dev.vivace.tool.ToolBench.done;
import static dev.vivace.tool.ToolBench.failed;
import static dev.vivace.tool.ToolBench.run;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vivace.tool.ToolOutcome.Done;
import dev.vivace.tool.ToolOutcome.Failed;
import dev.vivace.tool.ToolOutcome.Reason;
import dev.vivace.tool.ToolOutcome.Source;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Identical calls at the same time. */
class ToolJoinTest {
    private static final Resource TABLE = Resource.of("table", "t");

    private final AtomicInteger begun = new AtomicInteger();
    private final AtomicInteger interrupted = new AtomicInteger();
    private final Semaphore running = new Semaphore(0);
    private final Semaphore release = new Semaphore(0);
    private final ToolBench bench =
            new ToolBench(
                    new FakeTool(
                            "read",
                            arguments -> Effects.read(TABLE),
                            (arguments, context) -> {
                                int number = begun.incrementAndGet();
                                running.release();
                                try {
                                    release.acquire();
                                } catch (InterruptedException e) {
                                    interrupted.incrementAndGet();
                                    running.release();
                                    throw e;
                                }
                                return said("" + number);
                            }),
                    new FakeTool(
                            "write",
                            arguments -> Effects.write(TABLE),
                            (arguments, context) -> said("written")));
    private final ToolLine line = bench.line();

    /** A caller on a thread of its own. */
    private static final class Caller {
        private final FutureTask<ToolOutcome> outcome;
        private final Thread thread;

        Caller(ToolLine line, String principal) {
            outcome = new FutureTask<>(() -> run(line, "read", "{}", principal));
            thread = Thread.ofVirtual().start(outcome);
        }

        /**
         * Until it waits for an execution, or has ended: nothing else on the way there waits for a
         * time.
         */
        Caller waits() {
            while (thread.isAlive() && thread.getState() != Thread.State.TIMED_WAITING) {
                Thread.onSpinWait();
            }
            return this;
        }

        ToolOutcome get() throws Exception {
            return outcome.get();
        }
    }

    private Caller caller() {
        return new Caller(line, "ann").waits();
    }

    @Test
    void aHundredIdenticalCallsAreOneExecution() throws Exception {
        List<Caller> callers = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            callers.add(caller());
        }
        release.release(100);
        int called = 0;
        for (Caller each : callers) {
            Done outcome = done(each.get());
            assertEquals(said("1"), outcome.result());
            called += outcome.source() == Source.CALLED ? 1 : 0;
        }
        assertEquals(1, called);
        assertEquals(1, begun.get());
        assertEquals(99, bench.stats.summaries().getFirst().joined());
    }

    @Test
    void whatHasEndedIsNotJoined() {
        release.release(2);
        assertEquals(said("1"), done(run(line, "read", "{}")).result());
        assertEquals(said("2"), done(run(line, "read", "{}")).result());
    }

    @Test
    void whoBeganItMayLeaveAndItGoesOnForTheOthers() throws Exception {
        Caller first = caller();
        running.acquire();
        Caller second = caller();
        first.thread.interrupt();
        assertEquals(Reason.CANCELLED, failed(first.get()).reason());
        Caller third = caller();
        release.release();
        assertEquals(new Done(said("1"), Source.JOINED, List.of()), second.get());
        assertEquals(new Done(said("1"), Source.JOINED, List.of()), third.get());
        assertEquals(0, interrupted.get());
    }

    /** Told once, whoever is there in the end. */
    @Test
    void theTimeIsThatOfTheToolAndNotOfWhoLeft() throws Exception {
        Caller first = caller();
        running.acquire();
        Caller second = caller();
        first.thread.interrupt();
        first.get();
        bench.pass(Duration.ofSeconds(20));
        release.release();
        done(second.get());
        var summary = bench.stats.summaries().getFirst();
        assertEquals(1, summary.timed());
        assertEquals(20, Math.round(summary.p50().toNanos() / 1e9));
    }

    @Test
    void whatEverybodyLeftIsNotTimed() throws Exception {
        Caller only = caller();
        running.acquire();
        bench.pass(Duration.ofSeconds(20));
        only.thread.interrupt();
        only.get();
        running.acquire(); // it says that it was interrupted
        assertEquals(0, bench.stats.summaries().getFirst().timed());
    }

    @Test
    void theLastToLeaveCancelsItAndWhoComesThenBeginsAnew() throws Exception {
        Caller first = caller();
        running.acquire();
        Caller second = caller();
        first.thread.interrupt();
        first.get();
        assertEquals(0, interrupted.get());
        second.thread.interrupt();
        second.get();
        running.acquire(); // it says that it was interrupted
        assertEquals(1, interrupted.get());
        release.release();
        assertEquals(new Done(said("2"), Source.CALLED, List.of()), caller().get());
    }

    @Test
    void whatAnotherMayNotSeeIsNotJoined() throws Exception {
        Caller ann = caller();
        Caller bob = new Caller(line, "bob").waits();
        release.release(2);
        assertEquals(Source.CALLED, done(ann.get()).source());
        assertEquals(Source.CALLED, done(bob.get()).source());
    }

    /** A read that began before a write may not have seen it. */
    @Test
    void aReadDoesNotJoinOneFromBeforeAWrite() throws Exception {
        Caller before = caller();
        running.acquire();
        done(run(line, "write", "{}"));
        Caller after = caller();
        running.acquire();
        bench.cache.invalidateTool("read");
        Caller invalidated = caller();
        release.release(3);
        for (Caller each : List.of(before, after, invalidated)) {
            assertEquals(Source.CALLED, done(each.get()).source());
        }
    }

    @Test
    void readsDuringAWriteDoNotJoinEachOther() throws Exception {
        List<Caller> callers;
        try (var _ = bench.versions.begin("a", List.of(TABLE))) {
            callers = List.of(caller(), caller());
        }
        release.release(2);
        for (Caller each : callers) {
            assertEquals(Source.CALLED, done(each.get()).source());
        }
    }

    @Test
    void skipCacheDoesNotJoin() throws Exception {
        Caller first = caller();
        running.acquire();
        release.release(2);
        var outcome =
                line.run(
                        new ToolCall("1", "read", json("{}")),
                        new ToolContext("ann", ToolBench.LONG),
                        new CallOptions(true));
        assertEquals(Source.CALLED, done(outcome).source());
        first.get();
    }

    /** Who comes and leaves at any moment: each has an outcome, and nothing is left running. */
    @Test
    void manyComeAndLeave() throws Exception {
        var active = new AtomicInteger();
        var most = new AtomicInteger();
        var all =
                new ToolBench(
                                new FakeTool(
                                        "read",
                                        arguments -> Effects.read(TABLE),
                                        (arguments, context) -> {
                                            most.accumulateAndGet(
                                                    active.incrementAndGet(), Math::max);
                                            try {
                                                Thread.sleep(0, 200_000);
                                                return said(arguments.path("n").asString(""));
                                            } finally {
                                                active.decrementAndGet();
                                            }
                                        }))
                        .limit(ToolBench.WITHOUT_BREAKER);
        ToolLine busy = all.line();
        long seed = 5;
        var wrong = new AtomicInteger();
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int t = 0; t < 16; t++) {
                var random = new Random(seed + t);
                executor.execute(() -> {
                    for (int i = 0; i < 500; i++) {
                        String n = "" + random.nextInt(3);
                        if (random.nextInt(10) == 0) {
                            Thread.currentThread().interrupt();
                        }
                        ToolOutcome outcome =
                                busy.run(
                                        new ToolCall("1", "read", json("{\"n\":\"" + n + "\"}")),
                                        new ToolContext(
                                                "ann", Duration.ofNanos(random.nextInt(600_000))),
                                        CallOptions.DEFAULT);
                        Thread.interrupted();
                        boolean right =
                                switch (outcome) {
                                    case Done it -> it.result().equals(said(n));
                                    case Failed it ->
                                            it.reason() == Reason.TIMEOUT
                                                    || it.reason() == Reason.CANCELLED;
                                };
                        wrong.addAndGet(right ? 0 : 1);
                    }
                });
            }
        }
        assertEquals(0, wrong.get());
        while (active.get() > 0 || busy.underWay() > 0) {
            Thread.onSpinWait();
        }
        assertEquals(8_000, all.stats.summaries().getFirst().calls());
        assertTrue(most.get() >= 1);
    }
}
