package dev.vivace.chain;

import static dev.vivace.chain.Tools.json;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vivace.chain.ChainOutcome.Status;
import dev.vivace.tool.BatchOptions;
import dev.vivace.tool.Effects;
import dev.vivace.tool.Resource;
import dev.vivace.tool.ToolOutcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

@Timeout(60)
class ChainTest {
    private static final BatchOptions OPTIONS = BatchOptions.of("ann");
    private static final String ANY = "{}";
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private final Tools tools = new Tools();
    private final AtomicInteger calls = new AtomicInteger();

    private ChainOutcome run(ChainBuilder chain, Mode mode) throws InterruptedException {
        return run(chain, "{}", mode);
    }

    private ChainOutcome run(ChainBuilder chain, String inputs, Mode mode)
            throws InterruptedException {
        return chain.build(tools::definition).run(tools.executor(), json(inputs), mode, OPTIONS);
    }

    private static ToolStep step(String name, String tool, String arguments) {
        return ToolStep.of(name, tool, json(arguments)).yielding(json(ANY));
    }

    private static ToolOutcome.Failed failed(ChainOutcome outcome, int step) {
        return assertInstanceOf(ToolOutcome.Failed.class, outcome.steps().get(step).outcome());
    }

    private Tools echo() {
        return tools.with("echo", Effects.PURE, ANY, in -> in);
    }

    @ParameterizedTest
    @EnumSource
    void whatAStepYieldsReachesThoseThatReferToIt(Mode mode) throws Exception {
        tools.with(
                        "search",
                        Effects.read(Resource.of("index")),
                        "{'type':'object','required':['query'],'properties':{'query':{'type':'string'}}}",
                        in ->
                                json(
                                        "{'items':[{'id':7},{'id':'"
                                                + in.get("query").asString()
                                                + "'}]}"))
                .with("echo", Effects.PURE, ANY, in -> in);
        ChainOutcome outcome =
                run(
                        Chain.named("c")
                                .input("city", json("{'type':'string'}"))
                                .step(
                                        step(
                                                "last",
                                                "echo",
                                                "{'all':['$find.items[1].id',{'n':'$find.items[0].id'}],"
                                                        + "'city':'$inputs.city','price':'$5','text':'$$find'}"))
                                .step(step("find", "search", "{'query':'$inputs.city'}")),
                        "{'city':'$1'}",
                        mode);
        assertEquals(Status.COMPLETE, outcome.status());
        assertEquals("find", outcome.steps().getFirst().step().name(), "what is needed is first");
        assertEquals(
                json("{'all':['$1',{'n':7}],'city':'$1','price':'$5','text':'$find'}"),
                outcome.result("last").orElseThrow());
    }

    /** Random plans of sums, beside the sums. */
    @ParameterizedTest
    @EnumSource
    void everyModeYieldsTheSame(Mode mode) throws Exception {
        tools.with(
                "sum",
                Effects.PURE,
                "{'properties':{'of':{'type':'array','items':{'type':'integer'}}}}",
                in ->
                        JSON.objectNode()
                                .put(
                                        "n",
                                        in.get("of")
                                                .valueStream()
                                                .mapToInt(JsonNode::asInt)
                                                .sum()));
        long seed = 20_261_121;
        var random = new Random(seed);
        for (int round = 0; round < 20; round++) {
            int size = 1 + random.nextInt(40);
            var sums = new int[size];
            var steps = new ArrayList<Step>();
            for (int i = 0; i < size; i++) {
                ObjectNode arguments = JSON.objectNode();
                var of = arguments.putArray("of");
                sums[i] = random.nextInt(10);
                of.add(sums[i]);
                for (int j = random.nextInt(4); j > 0 && i > 0; j--) {
                    int from = random.nextInt(i);
                    of.add("$s" + from + ".n");
                    sums[i] = sums[i] + sums[from];
                }
                steps.add(
                        ToolStep.of("s" + i, "sum", arguments)
                                .yielding(
                                        json(
                                                "{'type':'object','properties':{'n':{'type':'integer'}}}")));
            }
            Collections.shuffle(steps, random);
            ChainBuilder chain = Chain.named("sums");
            steps.forEach(chain::step);
            ChainOutcome outcome = run(chain, mode);
            assertEquals(Status.COMPLETE, outcome.status());
            for (int i = 0; i < size; i++) {
                assertEquals(
                        sums[i],
                        outcome.result("s" + i).orElseThrow().get("n").asInt(),
                        "s" + i + ", seed " + seed);
            }
        }
    }

    @Test
    void inSequenceOneRunsAtATimeInTheOrderInWhichTheyWereAdded() throws Exception {
        var now = new AtomicInteger();
        var most = new AtomicInteger();
        List<String> order = Collections.synchronizedList(new ArrayList<>());
        tools.with(
                "note",
                Effects.PURE,
                ANY,
                in -> {
                    most.accumulateAndGet(now.incrementAndGet(), Math::max);
                    order.add(in.get("n").asString());
                    Thread.yield();
                    now.decrementAndGet();
                    return JSON.nullNode();
                });
        ChainBuilder chain = Chain.named("c");
        var expected = new ArrayList<String>();
        for (int i = 0; i < 50; i++) {
            chain.step(step("s" + i, "note", "{'n':'" + i + "'}"));
            expected.add("" + i);
        }
        run(chain, Mode.SEQUENTIAL);
        assertEquals(1, most.get());
        assertEquals(expected, order);
    }

    /** {@code late} needs {@code quick} only; {@code slow} is on the level of that. */
    private Status slowWaitsForLate(Mode mode, int millis) throws Exception {
        var late = new CountDownLatch(1);
        echo().with(
                        "slow",
                        Effects.PURE,
                        ANY,
                        in -> {
                            if (!late.await(millis, TimeUnit.MILLISECONDS)) {
                                throw new IllegalArgumentException("nobody came");
                            }
                            return JSON.nullNode();
                        })
                .with(
                        "late",
                        Effects.PURE,
                        ANY,
                        in -> {
                            late.countDown();
                            return JSON.nullNode();
                        });
        return run(
                        Chain.named("c")
                                .step(step("quick", "echo", "{}"))
                                .step(step("slow", "slow", "{}"))
                                .step(step("late", "late", "{'after':'$quick'}")),
                        mode)
                .status();
    }

    @Test
    void adaptivelyAStepRunsAsSoonAsWhatItNeedsIsThere() throws Exception {
        assertEquals(Status.COMPLETE, slowWaitsForLate(Mode.ADAPTIVE, 30_000));
    }

    @Test
    void levelsEndBeforeTheNextBegins() throws Exception {
        assertEquals(Status.FAILED, slowWaitsForLate(Mode.LEVELS, 50));
    }

    @Test
    void onOneLevelStepsRunTogether() throws Exception {
        var together = new java.util.concurrent.CyclicBarrier(3);
        tools.with(
                "meet",
                Effects.PURE,
                ANY,
                in -> {
                    together.await(30, TimeUnit.SECONDS);
                    return JSON.nullNode();
                });
        ChainBuilder chain = Chain.named("c");
        for (String name : List.of("a", "b", "c")) {
            chain.step(step(name, "meet", "{'name':'" + name + "'}"));
        }
        assertEquals(Status.COMPLETE, run(chain, Mode.LEVELS).status());
    }

    @ParameterizedTest
    @EnumSource
    void aFailureStopsThoseThatNeedItAndNoOthers(Mode mode) throws Exception {
        echo().with(
                        "bad",
                        Effects.PURE,
                        ANY,
                        in -> {
                            throw new IllegalStateException("no luck");
                        });
        ChainBuilder chain =
                Chain.named("c")
                        .step(step("bad", "bad", "{}"))
                        .step(step("user", "echo", "{'x':'$bad'}"))
                        .step(step("users", "echo", "{'x':'$user'}"))
                        .step(step("other", "echo", "{}"));
        ChainOutcome outcome = run(chain, mode);
        assertEquals(Status.FAILED, outcome.status());
        assertTrue(failed(outcome, 0).message().contains("no luck"));
        assertEquals(ToolOutcome.Reason.DEPENDENCY, failed(outcome, 1).reason());
        assertEquals(ToolOutcome.Reason.DEPENDENCY, failed(outcome, 2).reason());
        assertTrue(outcome.result("other").isPresent());
    }

    @Test
    void optionalStepsDoNotFailTheChain() throws Exception {
        echo().with(
                        "bad",
                        Effects.PURE,
                        ANY,
                        in -> {
                            throw new IllegalStateException("no luck");
                        });
        ChainOutcome outcome =
                run(
                        Chain.named("c")
                                .step(step("bad", "bad", "{}").optionally())
                                .step(step("user", "echo", "{'x':'$bad'}").optionally())
                                .step(step("other", "echo", "{}")),
                        Mode.ADAPTIVE);
        assertEquals(Status.PARTIAL, outcome.status());
        assertTrue(outcome.result("user").isEmpty());
    }

    private void failingTwice(String name, Effects effects) {
        tools.with(
                name,
                effects,
                ANY,
                in -> {
                    if (calls.incrementAndGet() < 3) {
                        throw new IllegalStateException("not yet");
                    }
                    return JSON.nullNode();
                });
    }

    private static StepRetry attempts(int attempts) {
        return new StepRetry(attempts, Duration.ofMillis(1), Duration.ofMillis(2));
    }

    @Test
    void aReadIsMadeAgainAsOftenAsItsStepSays() throws Exception {
        failingTwice("read", Effects.read(Resource.of("x")));
        ToolStep step = step("s", "read", "{}");
        assertEquals(
                Status.FAILED,
                run(Chain.named("c").step(step.retrying(attempts(2))), Mode.ADAPTIVE).status());
        assertEquals(2, calls.getAndSet(0));
        assertEquals(
                Status.COMPLETE,
                run(Chain.named("c").step(step.retrying(attempts(3))), Mode.ADAPTIVE).status());
        assertEquals(3, calls.get());
    }

    @Test
    void aWriteIsNeverMadeAgain() throws Exception {
        failingTwice("write", Effects.write(Resource.of("x")));
        ChainOutcome outcome =
                run(
                        Chain.named("c").step(step("s", "write", "{}").retrying(attempts(5))),
                        Mode.ADAPTIVE);
        assertEquals(Status.FAILED, outcome.status());
        assertEquals(1, calls.get());
    }

    @Test
    void whatIsNotWhatWasDeclaredFailsTheStep() throws Exception {
        echo();
        ChainOutcome outcome =
                run(
                        Chain.named("c")
                                .step(
                                        ToolStep.of("a", "echo", json("{'id':'text'}"))
                                                .yielding(
                                                        json(
                                                                "{'type':'object','properties':{'id':{'type':'integer'}}}")))
                                .step(step("b", "echo", "{'id':'$a.id'}")),
                        Mode.ADAPTIVE);
        assertTrue(failed(outcome, 0).message().contains("id"), failed(outcome, 0).message());
        assertEquals(ToolOutcome.Reason.DEPENDENCY, failed(outcome, 1).reason());
    }

    @Test
    void whatIsNotThereFailsTheStepThatNeedsIt() throws Exception {
        echo();
        ChainOutcome outcome =
                run(
                        Chain.named("c")
                                .step(
                                        ToolStep.of("a", "echo", json("{'items':[]}"))
                                                .yielding(json("{'type':'object'}")))
                                .step(step("b", "echo", "{'id':'$a.items[0]'}")),
                        Mode.ADAPTIVE);
        assertEquals(
                "$a.items[0] leads nowhere: $a.items is an array of 0.",
                failed(outcome, 1).message());
    }

    @Test
    void cancellingInterruptsWhatRunsAndStopsTheRest() throws Exception {
        var running = new CountDownLatch(1);
        var interrupted = new CountDownLatch(1);
        echo().with(
                        "hang",
                        Effects.PURE,
                        ANY,
                        in -> {
                            running.countDown();
                            try {
                                new CountDownLatch(1).await();
                            } catch (InterruptedException e) {
                                interrupted.countDown();
                                throw e;
                            }
                            return JSON.nullNode();
                        });
        Chain chain =
                Chain.named("c")
                        .step(step("a", "hang", "{}").retrying(attempts(10)))
                        .step(step("b", "echo", "{'x':'$a'}"))
                        .build(tools::definition);
        try (ChainRun run = chain.start(tools.executor(), json("{}"), Mode.ADAPTIVE, OPTIONS)) {
            running.await();
            run.cancel();
            ChainOutcome outcome = run.await();
            assertEquals(Status.FAILED, outcome.status());
            assertEquals(ToolOutcome.Reason.CANCELLED, failed(outcome, 0).reason());
            assertEquals(ToolOutcome.Reason.CANCELLED, failed(outcome, 1).reason());
        }
        interrupted.await();
    }

    @ParameterizedTest
    @EnumSource
    void athousandStepsAreFine(Mode mode) throws Exception {
        echo();
        ChainBuilder chain = Chain.named("c");
        for (int i = 0; i < ChainBuilder.MAX_STEPS; i++) {
            chain.step(step("s" + i, "echo", i % 2 == 0 ? "{}" : "{'x':'$s" + (i - 1) + "'}"));
        }
        assertEquals(Status.COMPLETE, run(chain, mode).status());
    }

    /** What was kept of the attempt before is what did not do. */
    @Test
    void anAttemptIsNotAnsweredWithTheResultOfTheOneBefore() throws Exception {
        tools.keeping()
                .with(
                        "read",
                        Effects.read(Resource.of("x")),
                        ANY,
                        in -> JSON.objectNode().put("n", calls.incrementAndGet() < 3 ? "?" : "!"));
        ToolStep step =
                ToolStep.of("s", "read", json("{}"))
                        .yielding(json("{'properties':{'n':{'const':'!'}}}"))
                        .retrying(attempts(3));
        assertEquals(Status.COMPLETE, run(Chain.named("c").step(step), Mode.ADAPTIVE).status());
        assertEquals(3, calls.get());
    }
}
