package dev.vivace.tool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vivace.tool.ToolOutcome.Source;
import java.time.Duration;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class SpeculationTest {
    private static final long SEED = 20_261_121;
    private static final Optional<Source> EARLY = Optional.of(Source.SPECULATED);
    private static final Optional<Source> CALLED = Optional.of(Source.CALLED);

    /** Lists, reads the first of the list, looks how things are; now and then something else. */
    private static Agent atWork(boolean on) throws InterruptedException {
        var agent = new Agent(on);
        var random = new Random(SEED);
        int stale = 0;
        for (int task = 0; task < 200; task++) {
            String dir = "d" + random.nextInt(40);
            agent.call("list", "{'dir':'" + dir + "'}");
            if (random.nextInt(10) == 0) {
                agent.call("write", "{'path':'" + dir + "/a','text':'t" + task + "'}");
            }
            String said = agent.value("read", "{'path':'" + dir + "/a'}");
            stale += said.equals(agent.files.getOrDefault(dir + "/a", "none")) ? 0 : 1;
            if (random.nextInt(10) == 0) {
                agent.call("read", "{'path':'" + dir + "/b'}");
            }
            agent.call("status", "{'verbose':true}");
        }
        assertEquals(0, stale, "stale results, seed " + SEED);
        assertEquals(0, agent.earlyWrites.get(), "writes that nobody asked for");
        return agent;
    }

    @Test
    void whatFollowsAPatternIsThereWhenItIsAskedFor() throws Exception {
        Agent off = atWork(false);
        Agent on = atWork(true);
        Speculation.Statistics statistics = on.speculation.statistics();
        assertTrue(on.waited < 0.5 * off.waited, on.waited + " of " + off.waited + " waited");
        assertTrue(on.now < 0.8 * off.now, on.now + " of " + off.now);
        double waste = (double) statistics.wasted() / (statistics.used() + statistics.wasted());
        assertTrue(waste < 0.3, "" + statistics);
        assertEquals(
                statistics.used(), on.sources.stream().filter(Source.SPECULATED::equals).count());
        assertEquals(
                off.calls.get(),
                on.calls.get() - statistics.wasted() - statistics.waiting(),
                "every call is made once");
    }

    @Test
    void whatCannotBeForeseenIsLeftAlone() throws Exception {
        var agent = new Agent(true);
        var random = new Random(SEED);
        for (int i = 0; i < 2_000; i++) {
            switch (random.nextInt(4)) {
                case 0 -> agent.call("list", "{'dir':'d" + random.nextInt(20) + "'}");
                case 1 -> agent.call("read", "{'path':'f" + random.nextInt(20) + "'}");
                case 2 -> agent.call("status", "{'of':" + random.nextInt(3) + "}");
                default -> agent.call("write", "{'path':'f" + random.nextInt(20) + "','text':'x'}");
            }
        }
        Speculation.Statistics statistics = agent.speculation.statistics();
        assertTrue(statistics.wasted() < 0.05 * agent.calls.get(), "" + statistics);
        assertEquals(0, agent.earlyWrites.get());
    }

    /** So often that what follows is known. */
    private static void teach(Agent agent) throws InterruptedException {
        for (int i = 0; i < 12; i++) {
            agent.call("list", "{'dir':'d" + i + "'}");
            agent.call("read", "{'path':'d" + i + "/a'}");
        }
        assertEquals(EARLY, agent.lastSource());
    }

    @Test
    void aWriteIsNeverMadeEarly() throws Exception {
        var agent = new Agent(true);
        for (int i = 0; i < 50; i++) {
            agent.call("list", "{'dir':'d'}");
            agent.call("write", "{'path':'d/a','text':'x'}");
        }
        assertEquals(0, agent.earlyWrites.get());
        assertTrue(agent.calls.get() >= 100);
    }

    @Test
    void whatWasWrittenInBetweenIsReadAgain() throws Exception {
        var agent = new Agent(true);
        teach(agent);
        agent.call("list", "{'dir':'d'}");
        assertEquals(1, agent.speculation.statistics().waiting(), "the read was begun");
        // Not through the session: nothing but the versions tells of it.
        ToolBench.run(agent.speculation.line, "write", "{\"path\":\"d/a\",\"text\":\"new\"}");
        assertEquals("new", agent.value("read", "{'path':'d/a'}"));
        assertEquals(CALLED, agent.lastSource());
    }

    @Test
    void whoMayNotCallAnyMoreGetsNothing() throws Exception {
        var agent = new Agent(true);
        teach(agent);
        agent.call("list", "{'dir':'d'}");
        CallLine line = agent.speculation.session("ann", "s");
        var ready =
                (Prepared.Ready)
                        line.prepare(
                                new ToolCall("1", "read", FakeTool.json("{\"path\":\"d/a\"}")),
                                "ann");
        agent.mayRead.set(false);
        ToolOutcome outcome =
                line.run(ready, new ToolContext("ann", ToolBench.LONG), false, () -> {});
        assertEquals(ToolOutcome.Reason.DENIED, ToolBench.failed(outcome).reason());
        int calls = agent.calls.get();
        agent.call("list", "{'dir':'e'}");
        assertEquals(calls + 1, agent.calls.get(), "nothing was begun that may not be called");
    }

    @Test
    void whatAPrincipalDoesIsLearnedForNoOther() throws Exception {
        var agent = new Agent(true);
        teach(agent);
        agent.call("bob", "s", "list", "{'dir':'d'}", false);
        assertEquals(0, agent.speculation.statistics().waiting());
        agent.call("ann", "other", "list", "{'dir':'d'}", false);
        assertEquals(1, agent.speculation.statistics().waiting());
        agent.call("bob", "other", "read", "{'path':'d/a'}", false);
        assertEquals(CALLED, agent.lastSource());
        // The session of one, and a call of another.
        ToolOutcome outcome =
                agent.speculation
                        .session("ann", "other")
                        .run(
                                (Prepared.Ready)
                                        agent.speculation.line.prepare(
                                                new ToolCall(
                                                        "1",
                                                        "read",
                                                        FakeTool.json("{\"path\":\"d/a\"}")),
                                                "bob"),
                                new ToolContext("bob", ToolBench.LONG),
                                false,
                                () -> {});
        assertEquals(Source.CALLED, ToolBench.done(outcome).source());
    }

    @Test
    void whoWantsTheToolCalledGetsItCalled() throws Exception {
        var agent = new Agent(true);
        teach(agent);
        agent.call("list", "{'dir':'d'}");
        agent.call("ann", "s", "read", "{'path':'d/a'}", true);
        assertEquals(CALLED, agent.lastSource());
    }

    @Test
    void aResultThatIsOldIsThrownAway() throws Exception {
        var agent = new Agent(true);
        teach(agent);
        agent.call("list", "{'dir':'d'}");
        assertEquals(1, agent.speculation.statistics().waiting());
        agent.bench.pass(SpeculationOptions.DEFAULT.keep());
        agent.now = agent.bench.now.get();
        agent.call("read", "{'path':'d/a'}");
        assertEquals(CALLED, agent.lastSource());
    }

    @Test
    void whatTwoOtherCallsHavePassedIsThrownAway() throws Exception {
        var agent = new Agent(true);
        teach(agent);
        long wasted = agent.speculation.statistics().wasted();
        agent.call("list", "{'dir':'d'}");
        agent.call("write", "{'path':'x','text':'1'}");
        assertEquals(1, agent.speculation.statistics().waiting());
        agent.call("write", "{'path':'x','text':'2'}");
        assertEquals(0, agent.speculation.statistics().waiting());
        assertEquals(wasted + 1, agent.speculation.statistics().wasted());
    }

    @Test
    void onlySoManyAreMadeAtATime() throws Exception {
        var agent = new Agent(true);
        teach(agent);
        int places = SpeculationOptions.DEFAULT.concurrency();
        agent.speculation.early.places.acquire(places);
        var ready =
                (Prepared.Ready)
                        agent.speculation.line.prepare(
                                new ToolCall("1", "list", FakeTool.json("{\"dir\":\"d\"}")), "ann");
        int calls = agent.calls.get();
        ToolBench.done(
                agent.speculation
                        .session("ann", "s")
                        .run(ready, new ToolContext("ann", ToolBench.LONG), false, () -> {}));
        assertEquals(0, agent.speculation.statistics().waiting());
        assertEquals(calls + 1, agent.calls.get());
    }

    @Test
    void optionsAreChecked() {
        assertEquals(
                new SpeculationOptions(
                        2, 2, Duration.ofMillis(2), Duration.ofSeconds(10), 16 << 20),
                SpeculationOptions.DEFAULT);
        String message =
                assertThrows(
                                IllegalArgumentException.class,
                                () ->
                                        new SpeculationOptions(
                                                0,
                                                2,
                                                Duration.ofMillis(2),
                                                Duration.ofSeconds(10),
                                                16 << 20))
                        .getMessage();
        assertEquals("concurrency must be from 1 to 1000, not 0", message);
        assertNotEquals(true, SpeculationOptions.DEFAULT.worthwhile(0.6, 1e9, 1e9));
        assertTrue(SpeculationOptions.DEFAULT.worthwhile(0.7, 1e9, 1e9));
    }

    @Test
    void aGuessThatWasOfNoUseWasWrong() throws Exception {
        var agent = new Agent(true);
        teach(agent);
        long wasted = agent.speculation.statistics().wasted();
        for (int i = 0; i < 40; i++) {
            agent.call("list", "{'dir':'d'}");
            // What was begun is overtaken each time.
            ToolBench.run(agent.speculation.line, "write", "{\"path\":\"d/a\",\"text\":\"x\"}");
            agent.call("read", "{'path':'d/a'}");
        }
        agent.bench.pass(SpeculationOptions.DEFAULT.keep());
        long more = agent.speculation.statistics().wasted() - wasted;
        assertTrue(more < 30, more + " of 40 were begun in vain");
    }

    @Test
    void whatTakesLongerThanItIsKeptIsNotBegun() {
        var agent = new Agent(true);
        long keep = SpeculationOptions.DEFAULT.keep().toNanos();
        agent.speculation.took("slow", keep);
        agent.speculation.took("quick", keep / 2);
        assertEquals(false, agent.speculation.worthwhile(certain("slow")));
        assertTrue(agent.speculation.worthwhile(certain("quick")));
    }

    private static Followers.Guess certain(String tool) {
        return new Followers.Guess(new Followers(), tool, FakeTool.json("{}"), 1, 1e12);
    }

    @Test
    void whatWasMadeEarlyIsInTheFigures() throws Exception {
        var agent = new Agent(true);
        teach(agent);
        long used = agent.speculation.statistics().used();
        var read =
                agent.bench.stats.summaries().stream()
                        .filter(each -> each.tool().equals("read"))
                        .findFirst()
                        .orElseThrow();
        assertTrue(used > 0);
        assertEquals(used, read.speculated());
        assertEquals(12 + used, read.calls());
    }

    /** Every look at this clock takes a second. */
    @Test
    void whereNoTimeIsLeftTheToolIsNotCalled() {
        var agent = new Agent(true);
        var seconds = new AtomicLong();
        var slow =
                new Speculation(
                        agent.bench.line(),
                        SpeculationOptions.DEFAULT,
                        () -> seconds.addAndGet(1_000_000_000));
        CallLine line = slow.session("ann", "s");
        var ready =
                (Prepared.Ready)
                        line.prepare(new ToolCall("1", "status", FakeTool.json("{}")), "ann");
        var ended = new AtomicLong();
        ToolOutcome outcome =
                line.run(
                        ready,
                        new ToolContext("ann", Duration.ofMillis(50)),
                        false,
                        ended::incrementAndGet);
        assertEquals(ToolOutcome.Reason.TIMEOUT, ToolBench.failed(outcome).reason());
        assertEquals(0, agent.calls.get());
        assertEquals(1, ended.get());
    }

    /** Other tools, arguments and values each time, as large as they are remembered. */
    @Test
    void whatIsLearnedIsBoundedInBytesForEachAndForAll() {
        var speculation = new Agent(true).speculation;
        for (int who = 0; who < 60; who++) {
            for (int i = 0; i < (who == 0 ? 2_000 : 150); i++) {
                var arguments = FakeTool.json("{}");
                for (int a = 0; a < 16; a++) {
                    arguments.put("a" + a, (i + "-" + a + "x".repeat(120)));
                }
                var facts =
                        java.util.List.of(
                                Facts.of("t" + i, arguments), Facts.of("u" + i, arguments));
                var next =
                        new Prepared.Ready(
                                new FakeTool(
                                        "n" + i % 10,
                                        in -> Effects.PURE,
                                        (in, c) -> FakeTool.said("")),
                                arguments,
                                Effects.PURE,
                                java.util.List.of());
                speculation.learn("p" + who, facts, next, 1);
            }
            assertTrue(speculation.learnedBytes("p" + who) <= Habits.MOST_BYTES);
            assertTrue(who > 0 || speculation.learnedBytes("p0") > Habits.MOST_BYTES / 2);
        }
        assertTrue(speculation.learnedBytes() <= 32 << 20, "" + speculation.learnedBytes());
        assertTrue(speculation.learnedBytes() > 16 << 20, "" + speculation.learnedBytes());
    }

    @Test
    void whatIsRememberedOfACallIsBounded() {
        var arguments = FakeTool.json("{}");
        for (int a = 0; a < 64; a++) {
            arguments.put("a" + a, "x".repeat(100));
        }
        int characters =
                Facts.of("t", arguments, arguments).values().entrySet().stream()
                        .mapToInt(each ->
                                each.getKey().length() + each.getValue().toString().length())
                        .sum();
        assertTrue(characters <= 2_048 && characters > 1_500, "" + characters);
    }
}
