package dev.vivace.tool;

import static dev.vivace.tool.FakeTool.json;
import static dev.vivace.tool.FakeTool.said;
import static dev.vivace.tool.ToolBench.done;
import static dev.vivace.tool.ToolBench.failed;
import static dev.vivace.tool.ToolBench.run;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vivace.deliver.Breaker;
import dev.vivace.deliver.BreakerOptions;
import dev.vivace.deliver.RetryOptions;
import dev.vivace.limit.LocalBuckets;
import dev.vivace.tool.ToolOutcome.Reason;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ToolLimitsTest {
    private static final RetryOptions QUICK =
            new RetryOptions(3, 1, 1_000, Duration.ofMillis(1), Duration.ofMillis(1), false);
    private static final RetryOptions ONCE =
            new RetryOptions(1, 0, 0, Duration.ofMillis(1), Duration.ZERO, false);
    private static final BreakerOptions FEW =
            new BreakerOptions(true, Duration.ofSeconds(10), 4, 0.5, Duration.ofSeconds(5), 1);

    private final AtomicInteger calls = new AtomicInteger();
    private final AtomicBoolean broken = new AtomicBoolean();

    private static ToolLimit limit(int atOnce, int queue, Duration wait) {
        return new ToolLimit(
                atOnce, queue, wait, OptionalLong.empty(), BreakerOptions.DEFAULT, ONCE);
    }

    private static ToolLimit perMinute(long rate) {
        return new ToolLimit(
                100, 100, Duration.ZERO, OptionalLong.of(rate), BreakerOptions.DEFAULT, ONCE);
    }

    private FakeTool counting(Effects effects) {
        return new FakeTool(
                "tool",
                arguments -> effects,
                (arguments, context) -> {
                    calls.incrementAndGet();
                    if (broken.get()) {
                        throw new IllegalStateException("broken");
                    }
                    return said("done");
                });
    }

    @ParameterizedTest
    @CsvSource({"2, 100", "100, 2"}) // the tool's limit, and that of its server
    void noMoreRunAtOnceThanMay(int ofTool, int ofServer) throws Exception {
        var active = new AtomicInteger();
        var most = new AtomicInteger();
        var inside = new Semaphore(0);
        var release = new CountDownLatch(1);
        var bench =
                new ToolBench(
                                new FakeTool(
                                        "tool",
                                        arguments -> Effects.UNKNOWN,
                                        (arguments, context) -> {
                                            most.accumulateAndGet(
                                                    active.incrementAndGet(), Math::max);
                                            inside.release();
                                            release.await();
                                            active.decrementAndGet();
                                            return said("done");
                                        }))
                        .limit(limit(ofTool, 100, ToolBench.LONG))
                        .group(new ToolLimits.Group("files", limit(ofServer, 100, ToolBench.LONG)));
        ToolLine line = bench.line();
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<ToolOutcome>> all = new ArrayList<>();
            Callable<ToolOutcome> call = () -> run(line, "tool", "{}");
            for (int i = 0; i < 10; i++) {
                all.add(executor.submit(call));
            }
            inside.acquire(2);
            while (bench.waiting("tool") + active.get() < 10) {
                Thread.onSpinWait();
            }
            release.countDown();
            for (Future<ToolOutcome> each : all) {
                done(each.get());
            }
        }
        assertEquals(2, most.get());
        assertEquals(8, bench.stats.summaries().getFirst().waited());
    }

    @Test
    void whoWouldWaitTooLongIsToldSoAndAToolThatHangsKeepsItsTurn() throws Exception {
        var release = new CountDownLatch(1);
        var bench =
                new ToolBench(
                                new FakeTool(
                                        "tool",
                                        arguments -> Effects.UNKNOWN,
                                        (arguments, context) -> {
                                            ToolLineTest.awaitWhateverHappens(release);
                                            return said("done");
                                        }))
                        .limit(limit(1, 0, ToolBench.LONG));
        ToolLine line = bench.line();
        assertEquals(
                Reason.TIMEOUT,
                failed(
                                line.run(
                                        new ToolCall("1", "tool", json("{}")),
                                        new ToolContext("ann", Duration.ofMillis(200)),
                                        CallOptions.DEFAULT))
                        .reason());
        var refused = failed(run(line, "tool", "{}"));
        assertEquals(Reason.CROWDED, refused.reason());
        assertTrue(refused.message().contains("tool tool"), refused.message());
        release.countDown();
        ToolOutcome next;
        do {
            next = run(line, "tool", "{}");
        } while (!(next instanceof ToolOutcome.Done));
    }

    @Test
    void whoWaitedInVainIsToldHowLong() throws Exception {
        var entered = new CountDownLatch(1);
        var release = new CountDownLatch(1);
        FakeTool holds = holding(entered, release);
        ToolLine line = new ToolBench(holds).limit(limit(1, 10, Duration.ofMillis(2))).line();
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            var first = executor.submit(() -> run(line, "tool", "{}"));
            entered.await();
            var refused = failed(run(line, "tool", "{}"));
            assertEquals(Reason.CROWDED, refused.reason());
            assertTrue(
                    refused.message()
                            .startsWith("the call waited 0.002 s for its turn and was not made: "),
                    refused.message());
            release.countDown();
            done(first.get());
        }
    }

    @Test
    void theTimeBeginsWhenTheToolIsCalledIfTheContextSaysSo() throws Exception {
        var waiter = Thread.currentThread();
        var never = new CountDownLatch(1);
        var called = new AtomicBoolean();
        var returned = new AtomicBoolean();
        var execution =
                new Execution(
                        self -> {
                            while (waiter.getState() != Thread.State.TIMED_WAITING
                                    && !returned.get()) {
                                Thread.onSpinWait();
                            }
                            called.set(true);
                            begins(self);
                            ToolLineTest.awaitWhateverHappens(never);
                            return new ToolOutcome.Failed(Reason.FAILED, "");
                        },
                        () -> {},
                        System::nanoTime);
        execution.start();
        var outcome = failed(execution.await(Duration.ZERO, ToolBench.LONG, true));
        boolean first = called.get();
        returned.set(true);
        never.countDown();
        assertTrue(first, "it was given up before it was called");
        assertEquals(Reason.TIMEOUT, outcome.reason());
        assertTrue(outcome.message().startsWith("it took longer"), outcome.message());
    }

    /** However long it had waited: it had all of its time. */
    @Test
    void aToolThatHangsIsToBlameIfItsTimeBeganWhenItWasCalled() throws Exception {
        var now = new java.util.concurrent.atomic.AtomicLong();
        var bench = new ToolBench().limit(breaking());
        var unused = bench.line();
        var breaker = bench.limits.gates("t").getFirst().breaker();
        for (int i = 0; i < 6 && breaker.state() == Breaker.State.CLOSED; i++) {
            var never = new CountDownLatch(1);
            try (var passage = new Passage(bench.limits.gates("t"))) {
                assertTrue(passage.enter(bench.limits).isEmpty());
                var execution =
                        new Execution(
                                self -> {
                                    self.through(passage);
                                    now.addAndGet(1_000);
                                    begins(self);
                                    ToolLineTest.awaitWhateverHappens(never);
                                    return new ToolOutcome.Failed(Reason.FAILED, "");
                                },
                                () -> {},
                                now::get);
                execution.start();
                failed(execution.await(Duration.ZERO, ToolBench.LONG, true));
            } finally {
                never.countDown();
            }
        }
        assertEquals(Breaker.State.OPEN, breaker.state());
    }

    @Test
    void whatWasGivenUpBeforeItBeganDoesNotBegin() {
        var never = new CountDownLatch(1);
        var execution = waitingFor(never);
        execution.abandon();
        assertThrows(InterruptedException.class, execution::begins);
        never.countDown();
    }

    /** Its own time is over, so that there is none for another. */
    @Test
    void aToolThatSaysThatItTookTooLongIsNotCalledAgain() throws Exception {
        var tool =
                new FakeTool(
                        "tool",
                        arguments -> Effects.PURE,
                        (arguments, context) -> {
                            calls.incrementAndGet();
                            throw new java.util.concurrent.TimeoutException("5 s");
                        });
        assertEquals(Reason.FAILED, failed(run(new ToolBench(tool).line(), "tool", "{}")).reason());
        assertEquals(1, calls.get());
    }

    /** Who has waited for the tool's turn has that much less time to wait for the server's. */
    @Test
    void allTurnsTogetherAreWaitedForAsLongAsOne() throws Exception {
        var gate =
                new ToolGate(
                        "server", limit(1, 10, ToolBench.LONG), System::nanoTime, new Random(1));
        assertTrue(gate.awaitTurn(0));
        assertFalse(gate.awaitTurn(ToolBench.LONG.toNanos()));
    }

    @Test
    void whatIsNeverCalledIsGivenUpAndThatIsSaid() {
        var never = new CountDownLatch(1);
        var execution = waitingFor(never);
        var outcome = failed(execution.await(Duration.ZERO, Duration.ofMillis(2), true));
        never.countDown();
        assertEquals(Reason.TIMEOUT, outcome.reason());
        assertEquals("it waited longer than 2 ms to be called and was given up", outcome.message());
    }

    @Test
    void whatACallWaitedIsNotTheToolsTime() throws Exception {
        var entered = new CountDownLatch(1);
        var release = new CountDownLatch(1);
        FakeTool holds = holding(entered, release);
        var bench = new ToolBench(holds).limit(limit(1, 10, ToolBench.LONG));
        ToolLine line = bench.line();
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            var first = executor.submit(() -> run(line, "tool", "{}"));
            entered.await();
            var second = executor.submit(() -> run(line, "tool", "{}"));
            while (bench.waiting("tool") == 0) {
                Thread.onSpinWait();
            }
            bench.pass(Duration.ofMinutes(1));
            release.countDown();
            done(first.get());
            done(second.get());
        }
        var summary = bench.stats.summaries().getFirst();
        assertEquals(1, summary.waited());
        assertEquals(Duration.ZERO, summary.p50());
        assertEquals(60, Math.round(summary.p99().toNanos() / 1e9));
    }

    /** Which it does between attempts, and while it waits for its turn again. */
    @Test
    void whatPassesBetweenAttemptsIsNotTheToolsTime() {
        var bench = new ToolBench[1];
        var flaky =
                new FakeTool(
                                "tool",
                                arguments -> Effects.PURE,
                                (arguments, context) -> {
                                    bench[0].pass(Duration.ofSeconds(2));
                                    if (calls.incrementAndGet() == 1) {
                                        throw new IllegalStateException("not yet");
                                    }
                                    return said("done");
                                })
                        .withIdempotence();
        bench[0] = new ToolBench(flaky);
        bench[0].builder.limits(
                new ToolLimits(
                        tool -> retrying(),
                        tool -> Optional.empty(),
                        new LocalBuckets(bench[0].now::get),
                        bench[0].now::get,
                        () -> {
                            bench[0].pass(Duration.ofHours(1)); // asked before the pause
                            return 0;
                        }));
        done(run(bench[0].builder.build(), "tool", "{}"));
        var summary = bench[0].stats.summaries().getFirst();
        assertEquals(1, summary.retries());
        assertEquals(1, summary.timed());
        assertEquals(4, Math.round(summary.p99().toNanos() / 1e9));
    }

    /** Says that it was called, and ends when it may. */
    private static FakeTool holding(CountDownLatch entered, CountDownLatch release) {
        return new FakeTool(
                "tool",
                arguments -> Effects.UNKNOWN,
                (arguments, context) -> {
                    entered.countDown();
                    release.await();
                    return said("done");
                });
    }

    private static ToolLimit retrying() {
        return new ToolLimit(
                10, 10, Duration.ZERO, OptionalLong.empty(), BreakerOptions.DEFAULT, QUICK);
    }

    @Test
    void aToolThatIsUnavailableIsNeitherBlamedNorTimedNorCalledAgain() {
        var gone =
                new FakeTool(
                                "tool",
                                arguments -> Effects.PURE,
                                (arguments, context) -> {
                                    calls.incrementAndGet();
                                    throw new ToolUnavailableException(
                                            "its server is away", new IOException());
                                })
                        .withIdempotence();
        var bench = new ToolBench(gone).limit(retrying());
        ToolLine line = bench.line();
        for (int i = 1; i <= 30; i++) {
            var failed = failed(run(line, "tool", "{}"));
            assertEquals(Reason.FAILED, failed.reason());
            assertEquals("the tool tool failed: its server is away", failed.message());
            assertEquals(i, calls.get());
        }
        assertEquals(0, bench.stats.summaries().getFirst().timed());
        assertEquals(Breaker.State.CLOSED, bench.limits.gates("tool").getFirst().breaker().state());
    }

    @Test
    void noMoreAMinuteThanMay() {
        var bench = new ToolBench(counting(Effects.UNKNOWN)).limit(perMinute(2));
        ToolLine line = bench.line();
        done(run(line, "tool", "{}"));
        done(run(line, "tool", "{}"));
        var refused = failed(run(line, "tool", "{}"));
        assertEquals(Reason.LIMITED, refused.reason());
        assertTrue(refused.message().contains("call it again in 31 s"), refused.message());
        bench.pass(Duration.ofSeconds(30));
        done(run(line, "tool", "{}"));
        assertEquals(3, calls.get());
    }

    /** What one of two buckets refuses takes nothing from the other. */
    @Test
    void theServersRateBoundsAllItsTools() {
        var bench =
                new ToolBench(counting(Effects.UNKNOWN))
                        .limit(perMinute(3))
                        .group(new ToolLimits.Group("files", perMinute(1)));
        ToolLine line = bench.line();
        done(run(line, "tool", "{}"));
        for (int i = 0; i < 5; i++) {
            var refused = failed(run(line, "tool", "{}"));
            assertTrue(refused.message().contains("server files"), refused.message());
        }
        bench.pass(Duration.ofMinutes(1));
        done(run(line, "tool", "{}"));
    }

    @Test
    void aToolThatFailsTooOftenIsLeftAloneForAWhile() {
        var bench =
                new ToolBench(counting(Effects.UNKNOWN))
                        .limit(
                                new ToolLimit(
                                        10, 10, Duration.ZERO, OptionalLong.empty(), FEW, ONCE));
        ToolLine line = bench.line();
        broken.set(true);
        for (int i = 0; i < 4; i++) {
            assertEquals(Reason.FAILED, failed(run(line, "tool", "{}")).reason());
        }
        var resting = failed(run(line, "tool", "{}"));
        assertEquals(Reason.RESTING, resting.reason());
        assertTrue(resting.message().contains("in 6 s"), resting.message());
        assertEquals(4, calls.get());
        broken.set(false);
        bench.pass(Duration.ofSeconds(6));
        done(run(line, "tool", "{}"));
        done(run(line, "tool", "{}"));
    }

    /** The end of a call that hangs may never come, so that it is not waited for. */
    @Test
    void aCallThatTookTooLongCountsAsAFailureAtOnce() {
        var release = new CountDownLatch(1);
        var bench =
                new ToolBench(
                                new FakeTool(
                                        "tool",
                                        arguments -> Effects.UNKNOWN,
                                        (arguments, context) -> {
                                            calls.incrementAndGet();
                                            ToolLineTest.awaitWhateverHappens(release);
                                            return said("done");
                                        }))
                        .limit(
                                new ToolLimit(
                                        10, 10, Duration.ZERO, OptionalLong.empty(), FEW, ONCE));
        ToolLine line = bench.line();
        Reason reason;
        do {
            reason =
                    failed(
                                    line.run(
                                            new ToolCall("1", "tool", json("{}")),
                                            new ToolContext("ann", Duration.ofMillis(50)),
                                            CallOptions.DEFAULT))
                            .reason();
        } while (reason == Reason.TIMEOUT && calls.get() < 10);
        assertEquals(Reason.RESTING, reason);
        release.countDown();
    }

    @ParameterizedTest
    @CsvSource({
        "read, false, 3",
        "read, true, 3",
        "write, true, 3",
        "write, false, 1",
        "external, true, 1",
        "unknown, false, 1"
    })
    void onlyWhatDoesNoHarmIsMadeAgain(String what, boolean idempotent, int expected) {
        broken.set(true);
        FakeTool tool =
                counting(
                        switch (what) {
                            case "read" -> Effects.read(Resource.file("d"));
                            case "write" -> Effects.write(Resource.file("d"));
                            case "external" -> Effects.outside();
                            default -> Effects.UNKNOWN;
                        });
        var bench = new ToolBench(idempotent ? tool.withIdempotence() : tool).limit(retrying());
        assertEquals(Reason.FAILED, failed(run(bench.line(), "tool", "{}")).reason());
        assertEquals(expected, calls.get());
        assertEquals(expected - 1, bench.stats.summaries().getFirst().retries());
    }

    @Test
    void anAttemptThatGoesWellEndsTheRetriesAndEachBumpsTheVersion() {
        var bench =
                new ToolBench(
                                new FakeTool(
                                                "tool",
                                                arguments -> Effects.write(Resource.file("d")),
                                                (arguments, context) -> {
                                                    if (calls.incrementAndGet() == 1) {
                                                        throw new java.io.IOException("reset");
                                                    }
                                                    return said("done");
                                                })
                                        .withIdempotence())
                        .limit(
                                new ToolLimit(
                                        10,
                                        10,
                                        Duration.ZERO,
                                        OptionalLong.empty(),
                                        BreakerOptions.DEFAULT,
                                        QUICK));
        done(run(bench.line(), "tool", "{}"));
        assertEquals(2, calls.get());
        assertEquals(4, bench.versions.version(List.of(Resource.file("d"))));
    }

    /** Why it failed says more than why it was not called once more. */
    @Test
    void aRetryThatMayNotBeMadeLeavesTheFailureAsItIs() {
        broken.set(true);
        var bench =
                new ToolBench(counting(Effects.read(Resource.file("d"))))
                        .limit(
                                new ToolLimit(
                                        10,
                                        10,
                                        Duration.ZERO,
                                        OptionalLong.of(2),
                                        BreakerOptions.DEFAULT,
                                        QUICK));
        assertEquals(
                "the tool tool failed: broken", failed(run(bench.line(), "tool", "{}")).message());
        assertEquals(2, calls.get());
    }

    @Test
    void repeatsItsDefaultsAndNamesWhatIsOutOfRange() {
        ToolLimit of = ToolLimit.DEFAULT;
        assertEquals(100, of.atOnce());
        assertEquals(1_000, of.queue());
        assertEquals(Duration.ofSeconds(30), of.queueWait());
        assertEquals(OptionalLong.empty(), of.perMinute());
        assertEquals(BreakerOptions.DEFAULT, of.breaker());
        assertEquals(RetryOptions.DEFAULT, of.retry());
        for (String wrong : List.of("atOnce", "queue", "queueWait", "perMinute", "hedge")) {
            var e =
                    assertThrows(
                            IllegalArgumentException.class,
                            () ->
                                    new ToolLimit(
                                            wrong.equals("atOnce") ? 0 : 1,
                                            wrong.equals("queue") ? -1 : 1,
                                            wrong.equals("queueWait")
                                                    ? Duration.ofDays(1)
                                                    : Duration.ZERO,
                                            OptionalLong.of(wrong.equals("perMinute") ? 0 : 1),
                                            BreakerOptions.DEFAULT,
                                            new RetryOptions(
                                                    3,
                                                    0.1,
                                                    3,
                                                    Duration.ofMillis(1),
                                                    Duration.ZERO,
                                                    wrong.equals("hedge"))));
            assertTrue(String.valueOf(e.getMessage()).startsWith(wrong), e.getMessage());
        }
    }

    private static ToolLimit breaking() {
        return new ToolLimit(100, 100, ToolBench.LONG, OptionalLong.empty(), FEW, ONCE);
    }

    private static ToolOutcome within(ToolLine line, String tool, Duration time) {
        return line.run(
                new ToolCall("1", tool, json("{}")),
                new ToolContext("ann", time),
                CallOptions.DEFAULT);
    }

    @Test
    void aToolThatWasNotCalledForWantOfAThreadIsNotToBlame() throws Exception {
        var release = new CountDownLatch(1);
        var bench =
                new ToolBench(
                                new FakeTool(
                                                "hangs",
                                                arguments -> Effects.UNKNOWN,
                                                (arguments, context) -> {
                                                    ToolLineTest.awaitWhateverHappens(release);
                                                    return said("done");
                                                })
                                        .withNativeBlocking(),
                                counting(Effects.UNKNOWN).withNativeBlocking())
                        .limit(breaking());
        bench.builder.nativeThreads(1);
        ToolLine line = bench.line();
        Duration moment = Duration.ofMillis(20);
        assertEquals(Reason.TIMEOUT, failed(within(line, "hangs", moment)).reason());
        for (int i = 0; i < 6; i++) {
            assertEquals(Reason.TIMEOUT, failed(within(line, "tool", moment)).reason());
        }
        release.countDown();
        done(run(line, "tool", "{}"));
        assertEquals(1, calls.get());
    }

    /**
     * @param ran how long, of those that waited 100 for their turn
     */
    @ParameterizedTest
    @CsvSource({"50, CLOSED", "100, OPEN"})
    void aToolIsToBlameForMostOfTheTimeOnly(long ran, Breaker.State state) throws Exception {
        var now = new java.util.concurrent.atomic.AtomicLong();
        var bench = new ToolBench().limit(breaking());
        var unused = bench.line();
        var limits = bench.limits;
        for (int i = 0;
                i < 6 && limits.gates("t").getFirst().breaker().state() == Breaker.State.CLOSED;
                i++) {
            var never = new CountDownLatch(1);
            var entered = new CountDownLatch(1);
            try (var passage = new Passage(limits.gates("t"))) {
                assertTrue(passage.enter(limits).isEmpty());
                var execution =
                        new Execution(
                                self -> {
                                    self.through(passage);
                                    now.addAndGet(100);
                                    begins(self);
                                    now.addAndGet(ran);
                                    entered.countDown();
                                    ToolLineTest.awaitWhateverHappens(never);
                                    return new ToolOutcome.Failed(Reason.FAILED, "");
                                },
                                () -> {},
                                now::get);
                execution.start();
                entered.await();
                assertEquals(Reason.TIMEOUT, failed(execution.await(Duration.ZERO, true)).reason());
            } finally {
                never.countDown();
            }
        }
        assertEquals(state, limits.gates("t").getFirst().breaker().state());
    }

    @Test
    void whoBeginsEarlyUsesTheRateAndBlamesNobody() {
        var never = new CountDownLatch(1);
        var hangs =
                new FakeTool(
                        "tool",
                        arguments -> Effects.read(Resource.file("a")),
                        (arguments, context) -> {
                            if (context.timeout().compareTo(ToolBench.LONG) < 0) {
                                never.await();
                            }
                            return said("done");
                        });
        ToolLine line = new ToolBench(hangs).limit(breaking()).line();
        var ready = (Prepared.Ready) line.prepare(new ToolCall("1", "tool", json("{}")), "ann");
        var moment = new ToolContext("ann", Duration.ofMillis(10));
        for (int i = 0; i < 6; i++) {
            assertEquals(Reason.TIMEOUT, failed(line.runEarly(ready, moment, () -> {})).reason());
        }
        done(run(line, "tool", "{}"));

        ToolLine few = new ToolBench(counting(Effects.PURE)).limit(perMinute(2)).line();
        ready = (Prepared.Ready) few.prepare(new ToolCall("1", "tool", json("{}")), "ann");
        done(few.runEarly(ready, moment, () -> {}));
        done(run(few, "tool", "{}"));
        assertEquals(Reason.LIMITED, failed(few.runEarly(ready, moment, () -> {})).reason());
    }

    /** One that has started, and whose tool is never called. */
    private static Execution waitingFor(CountDownLatch never) {
        var execution =
                new Execution(
                        self -> {
                            ToolLineTest.awaitWhateverHappens(never);
                            return new ToolOutcome.Failed(Reason.FAILED, "");
                        },
                        () -> {},
                        System::nanoTime);
        execution.start();
        return execution;
    }

    private static void begins(Execution execution) {
        try {
            execution.begins();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
