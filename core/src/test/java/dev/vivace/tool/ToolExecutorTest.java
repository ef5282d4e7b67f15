package dev.vivace.tool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

@Timeout(60)
class ToolExecutorTest {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    private static final BatchOptions OPTIONS = BatchOptions.of("p");

    private interface Doing {
        JsonNode with(ObjectNode arguments) throws Exception;
    }

    private final List<Tool> tools = new ArrayList<>();

    private void tool(String name, Effects effects, Doing doing) {
        tool(name, effects, Effects.UNKNOWN, doing);
    }

    private void tool(String name, Effects effects, Effects atMost, Doing doing) {
        var definition = new ToolDefinition(name, "", JSON.objectNode());
        tools.add(
                new Tool() {
                    @Override
                    public ToolDefinition definition() {
                        return definition;
                    }

                    @Override
                    public Effects effects(ObjectNode arguments) {
                        return effects;
                    }

                    @Override
                    public Effects atMost() {
                        return atMost;
                    }

                    @Override
                    public ToolResult call(ObjectNode arguments, ToolContext context)
                            throws Exception {
                        return ToolResult.of(doing.with(arguments));
                    }
                });
    }

    private static ToolCall call(String tool, String arguments) {
        return new ToolCall(
                "id",
                tool,
                (ObjectNode) JsonMapper.shared().readTree(arguments.replace('\'', '"')));
    }

    private List<ToolOutcome> run(ToolCall... calls) throws Exception {
        return new ToolExecutor(new PlainLine(tools)).executeBatch(List.of(calls), OPTIONS);
    }

    private static JsonNode value(ToolOutcome outcome) {
        return assertInstanceOf(ToolOutcome.Done.class, outcome).result().value();
    }

    private static ToolOutcome.Failed failed(ToolOutcome outcome, ToolOutcome.Reason why) {
        var failed = assertInstanceOf(ToolOutcome.Failed.class, outcome);
        assertEquals(why, failed.reason(), failed.message());
        return failed;
    }

    @Test
    void readsRunTogetherUpToTheConcurrency() throws Exception {
        var together = new CyclicBarrier(5);
        var now = new AtomicInteger();
        var most = new AtomicInteger();
        tool(
                "read",
                Effects.read(Resource.file("a")),
                in -> {
                    most.accumulateAndGet(now.incrementAndGet(), Math::max);
                    together.await(); // nobody goes on before five are here
                    now.decrementAndGet();
                    return JSON.nullNode();
                });
        var calls = new ToolCall[20];
        java.util.Arrays.fill(calls, call("read", "{}"));
        run(calls).forEach(ToolExecutorTest::value);
        assertEquals(5, most.get());
    }

    @Test
    void twoDollarSignsStandForOneAlsoWhereThereIsNoReference() throws Exception {
        tool("echo", Effects.PURE, in -> in);
        assertEquals(
                call("", "{'text':'$1'}").arguments(),
                value(run(call("echo", "{'text':'$$1'}")).getFirst()));
    }

    @Test
    void resultsComeInTheOrderOfTheCallsAndOneFailureStopsNoOther() throws Exception {
        var secondRan = new CountDownLatch(1);
        tool(
                "first",
                Effects.PURE,
                in -> {
                    secondRan.await();
                    return JSON.stringNode("one");
                });
        tool(
                "second",
                Effects.PURE,
                in -> {
                    secondRan.countDown();
                    throw new IllegalStateException("no luck");
                });
        tool("third", Effects.PURE, in -> JSON.stringNode("three"));
        List<ToolOutcome> got =
                run(
                        call("first", "{}"),
                        call("second", "{}"),
                        call("third", "{}"),
                        call("?", "{}"));
        assertEquals("one", value(got.get(0)).stringValue());
        assertEquals("no luck", failed(got.get(1), ToolOutcome.Reason.FAILED).message());
        assertEquals("three", value(got.get(2)).stringValue());
        failed(got.get(3), ToolOutcome.Reason.UNKNOWN_TOOL);
    }

    @Test
    void argumentsReferToResultsAlsoOfLaterCalls() throws Exception {
        tool("echo", Effects.PURE, in -> in);
        List<ToolOutcome> got =
                run(
                        call("echo", "{'user':'$3.who','all':['$3','$9','$$3','x$3']}"),
                        call("echo", "{'name':'$1.user.name','first':'$1.all[0].who.names[1]'}"),
                        call("echo", "{'who':{'name':'Ada','names':[1,2]}}"));
        assertEquals("Ada", value(got.get(1)).path("name").stringValue());
        assertEquals(2, value(got.get(1)).path("first").intValue());
        JsonNode all = value(got.get(0)).path("all");
        assertEquals("$9", all.path(1).stringValue(), "beyond the batch");
        assertEquals("$3", all.path(2).stringValue());
        assertEquals("x$3", all.path(3).stringValue());
    }

    /** Who waits for his arguments holds back nobody with whom he has nothing to do. */
    @Test
    void whatAToolDoesAtMostIsAllThatAnUnknownCallHoldsBack() throws Exception {
        var thirdRan = new CountDownLatch(1);
        tool(
                "slow",
                Effects.PURE,
                in -> {
                    thirdRan.await(); // for ever, if the third waited for the second
                    return in;
                });
        tool(
                "bounded",
                Effects.write(Resource.of("table", "a")),
                Effects.write(Resource.of("table")),
                in -> in);
        tool(
                "other",
                Effects.write(Resource.of("file")),
                in -> {
                    thirdRan.countDown();
                    return in;
                });
        run(call("slow", "{'x':1}"), call("bounded", "{'x':'$1.x'}"), call("other", "{}"))
                .forEach(ToolExecutorTest::value);
    }

    @Test
    void withoutReferencesATextIsAText() throws Exception {
        tool("echo", Effects.PURE, in -> in);
        List<ToolOutcome> got =
                new ToolExecutor(new PlainLine(tools))
                        .executeBatch(
                                List.of(call("echo", "{'price':'$1'}")),
                                OPTIONS.withReferences(false));
        assertEquals("$1", value(got.getFirst()).path("price").stringValue());
    }

    @Test
    void whatLeadsNowhereSaysWhatIsThere() throws Exception {
        tool("echo", Effects.PURE, in -> in);
        List<ToolOutcome> got = run(call("echo", "{'a':1,'b':2}"), call("echo", "{'x':'$1.c'}"));
        String message = failed(got.get(1), ToolOutcome.Reason.BAD_ARGUMENTS).message();
        assertEquals("$1.c leads nowhere: $1 is an object with a, b.", message);
    }

    @Test
    void aCircleIsAnErrorAndTheOthersRun() throws Exception {
        tool("echo", Effects.UNKNOWN, in -> in);
        List<ToolOutcome> got =
                run(
                        call("echo", "{'x':'$2'}"),
                        call("echo", "{'x':'$1'}"),
                        call("echo", "{'x':'$3'}"),
                        call("echo", "{'x':7}"));
        for (int i = 0; i < 3; i++) {
            failed(got.get(i), ToolOutcome.Reason.BAD_ARGUMENTS);
        }
        assertEquals(7, value(got.get(3)).path("x").intValue());
    }

    @Test
    void dependantsOfWhatFailedDoNotRunAndSayWhy() throws Exception {
        var ran = new AtomicInteger();
        tool(
                "fails",
                Effects.PURE,
                in -> {
                    throw new IllegalStateException("no luck");
                });
        tool(
                "echo",
                Effects.PURE,
                in -> {
                    ran.incrementAndGet();
                    return in;
                });
        List<ToolOutcome> got =
                run(call("fails", "{}"), call("echo", "{'x':'$1'}"), call("echo", "{'x':'$2'}"));
        String message = failed(got.get(1), ToolOutcome.Reason.DEPENDENCY).message();
        assertEquals("It needs the result of call 1 (fails), which failed: no luck", message);
        failed(got.get(2), ToolOutcome.Reason.DEPENDENCY);
        assertEquals(0, ran.get());
    }

    @Test
    void cancellationReachesRunningToolsAndTheOthersDoNotRun() throws Exception {
        var begun = new CountDownLatch(1);
        var interrupted = new CountDownLatch(1);
        tool(
                "hangs",
                Effects.UNKNOWN,
                in -> {
                    begun.countDown();
                    try {
                        new CountDownLatch(1).await();
                    } catch (InterruptedException e) {
                        interrupted.countDown();
                        throw e;
                    }
                    return in;
                });
        tool("later", Effects.read(Resource.file("a")), in -> in);
        var executor = new ToolExecutor(new PlainLine(tools));
        try (Batch batch =
                executor.start(List.of(call("hangs", "{}"), call("later", "{}")), OPTIONS)) {
            begun.await();
            batch.cancel();
            List<ToolOutcome> got = batch.await();
            assertTrue(
                    failed(got.get(0), ToolOutcome.Reason.CANCELLED).message().contains("had not"));
            assertTrue(
                    failed(got.get(1), ToolOutcome.Reason.CANCELLED).message().contains("did not"));
        }
        interrupted.await();
    }

    @Test
    void theTimeOfTheBatchIsBounded() throws Exception {
        tool(
                "hangs",
                Effects.PURE,
                in -> {
                    new CountDownLatch(1).await();
                    return in;
                });
        List<ToolOutcome> got =
                new ToolExecutor(new PlainLine(tools))
                        .executeBatch(
                                List.of(call("hangs", "{}")),
                                OPTIONS.withTimeouts(Duration.ofMinutes(1), Duration.ofMillis(20)));
        assertTrue(
                failed(got.getFirst(), ToolOutcome.Reason.CANCELLED)
                        .message()
                        .contains("the time of the batch was over"));
    }

    /** Its outcome is there, but it may still be writing. */
    @Test
    void whatDoesNotListenHoldsBackWhatConflictsWithIt() throws Exception {
        var stillWriting = new CountDownLatch(1);
        var log = java.util.Collections.synchronizedList(new ArrayList<String>());
        tool("write", Effects.write(Resource.file("a")), in -> in);
        tool(
                "read",
                Effects.read(Resource.file("a")),
                in -> {
                    log.add("read");
                    return in;
                });
        tool(
                "other",
                Effects.PURE,
                in -> {
                    log.add("other");
                    stillWriting.countDown();
                    return in;
                });
        CallLine deaf =
                new CallLine() {
                    private final CallLine plain = new PlainLine(tools);

                    @Override
                    public Effects atMost(String tool) {
                        return plain.atMost(tool);
                    }

                    @Override
                    public Prepared prepare(ToolCall call, String principal) {
                        return plain.prepare(call, principal);
                    }

                    @Override
                    public ToolOutcome run(
                            Prepared.Ready ready,
                            ToolContext context,
                            boolean skipCache,
                            Runnable ended) {
                        if (!ready.tool().definition().name().equals("write")) {
                            return plain.run(ready, context, skipCache, ended);
                        }
                        Thread.ofVirtual()
                                .start(() -> {
                                    try {
                                        stillWriting.await();
                                        log.add("written");
                                        ended.run();
                                    } catch (InterruptedException e) {
                                        Thread.currentThread().interrupt();
                                    }
                                });
                        return new ToolOutcome.Failed(ToolOutcome.Reason.TIMEOUT, "too long");
                    }
                };
        List<ToolOutcome> got =
                new ToolExecutor(deaf)
                        .executeBatch(
                                List.of(
                                        call("write", "{}"),
                                        call("read", "{}"),
                                        call("other", "{}")),
                                OPTIONS.withConcurrency(1));
        failed(got.get(0), ToolOutcome.Reason.TIMEOUT);
        assertEquals(List.of("other", "written", "read"), log);
    }

    @Test
    void aLineThatThrowsIsAFailureOfItsCall() throws Exception {
        CallLine broken =
                new CallLine() {
                    @Override
                    public Effects atMost(String tool) {
                        throw new IllegalStateException("odd");
                    }

                    @Override
                    public Prepared prepare(ToolCall call, String principal) {
                        if (call.tool().equals("odd")) {
                            throw new IllegalStateException("odd");
                        }
                        return new PlainLine(tools).prepare(call, principal);
                    }

                    @Override
                    public ToolOutcome run(
                            Prepared.Ready ready,
                            ToolContext context,
                            boolean skipCache,
                            Runnable ended) {
                        throw new IllegalStateException("broken");
                    }
                };
        tool("echo", Effects.UNKNOWN, in -> in);
        List<ToolOutcome> got =
                new ToolExecutor(broken)
                        .executeBatch(
                                List.of(call("odd", "{}"), call("echo", "{}"), call("echo", "{}")),
                                OPTIONS);
        got.forEach(outcome -> failed(outcome, ToolOutcome.Reason.FAILED));
    }

    @Test
    void tooManyCallsAreNotTaken() {
        var calls = java.util.Collections.nCopies(1_001, call("echo", "{}"));
        assertThrows(
                IllegalArgumentException.class,
                () -> new ToolExecutor(new PlainLine(tools)).start(calls, OPTIONS));
        assertThrows(IllegalArgumentException.class, () -> OPTIONS.withConcurrency(0));
    }

    @Test
    void manyCallsOfOneBatchAllEnd() throws Exception {
        tool("write", Effects.write(Resource.file("a")), in -> in);
        tool("echo", Effects.PURE, in -> in);
        var calls = new ArrayList<ToolCall>();
        for (int i = 0; i < 1_000; i++) {
            calls.add(
                    call(
                            i % 7 == 0 ? "write" : "echo",
                            i > 0 && i % 5 == 0 ? "{'x':'$" + i + "'}" : "{}"));
        }
        run(calls.toArray(ToolCall[]::new)).forEach(ToolExecutorTest::value);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "$1.items.0.id",
                "$1.0.id",
                "$1['id']",
                "$1[-1]",
                "$1[0",
                "$1.id or so",
                "$1.items[*]",
                "$1.50th",
            })
    void whatBeginsAsAReferenceAndIsNoneIsAnError(String text) throws Exception {
        tool("echo", Effects.PURE, in -> in);
        var first = call("echo", "{'id':1,'items':[{'id':2}]}");
        ObjectNode arguments = JSON.objectNode();
        arguments.putArray("in").add(text.replace('\'', '"'));
        var got = run(first, new ToolCall("id", "echo", arguments));
        String message = failed(got.getLast(), ToolOutcome.Reason.BAD_ARGUMENTS).message();
        assertTrue(message.contains("$1.items[0].id"), message);
        // With one more in front it is the text.
        ObjectNode escaped = JSON.objectNode();
        escaped.putArray("in").add("$" + text.replace('\'', '"'));
        got = run(first, new ToolCall("id", "echo", escaped));
        assertEquals(arguments, value(got.getLast()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "$1.50",
                "$1.50 each",
                "$2. Then go",
                "$1 each",
                "$1.",
                "$01",
                "$01.id",
                "$1,5",
                "$$1.50",
                "$9[0",
                "x$1.items.0",
            })
    void whatIsAPriceIsAText(String text) throws Exception {
        tool("echo", Effects.PURE, in -> in);
        ObjectNode arguments = JSON.objectNode().put("text", text);
        List<ToolOutcome> got = run(call("echo", "{}"), new ToolCall("id", "echo", arguments));
        assertEquals(arguments, value(got.getLast()));
    }

    @Test
    void aPathOfAnyLengthTakesNoStack() throws Exception {
        tool("echo", Effects.PURE, in -> in);
        for (String part : List.of(".a", "[0]")) {
            ObjectNode arguments = JSON.objectNode().put("in", "$1" + part.repeat(50_000));
            List<ToolOutcome> got = run(call("echo", "{}"), new ToolCall("id", "echo", arguments));
            String message = failed(got.getLast(), ToolOutcome.Reason.BAD_ARGUMENTS).message();
            assertTrue(message.length() < 1_000, message);
            ObjectNode first = JSON.objectNode().put("in", "$$x" + part.repeat(50_000));
            value(run(new ToolCall("id", "echo", first)).getFirst());
        }
    }

    @Test
    void whatDoesMoreThanItsToolSaidWaitsForThoseBeforeIt() throws Exception {
        var known = new CountDownLatch(1);
        var order = java.util.Collections.synchronizedList(new ArrayList<String>());
        Effects write = Effects.write(Resource.of("x"));
        tool(
                "slow",
                write,
                Effects.PURE,
                in -> {
                    known.await(); // until all that waits for the second may begin
                    for (int i = 0; i < 1_000; i++) {
                        Thread.yield();
                    }
                    order.add("slow");
                    return in;
                });
        tool("pure", Effects.PURE, Effects.PURE, in -> in);
        tool("liar", write, Effects.PURE, in -> JSON.booleanNode(order.add("liar")));
        tool(
                "last",
                Effects.PURE,
                Effects.PURE,
                in -> {
                    known.countDown();
                    return in;
                });
        run(
                        call("slow", "{}"),
                        call("pure", "{}"),
                        call("liar", "{'x':'$2'}"),
                        call("last", "{'x':'$2'}"))
                .forEach(ToolExecutorTest::value);
        assertEquals(List.of("slow", "liar"), order);
    }

    @Test
    void whatDoesMoreThanItsToolSaidAndWasOvertakenIsNotMade() throws Exception {
        var written = new CountDownLatch(1);
        var made = new AtomicInteger();
        tool(
                "first",
                Effects.PURE,
                Effects.PURE,
                in -> {
                    written.await(); // for ever, if the third waited for the second
                    return in;
                });
        tool("liar", Effects.UNKNOWN, Effects.PURE, in -> JSON.numberNode(made.incrementAndGet()));
        tool(
                "write",
                Effects.write(Resource.of("x")),
                in -> {
                    written.countDown();
                    return in;
                });
        List<ToolOutcome> got =
                run(
                        call("first", "{}"),
                        call("liar", "{'x':'$1'}"),
                        call("write", "{}"),
                        call("write", "{'x':'$2'}"));
        String message = failed(got.get(1), ToolOutcome.Reason.FAILED).message();
        assertTrue(message.contains("more than its tool says"), message);
        assertEquals(0, made.get());
        value(got.get(2));
        failed(got.get(3), ToolOutcome.Reason.DEPENDENCY);
    }

    /** The first needs the last, so it comes behind it; all three write the same. */
    @Test
    void writesOfOneFileKeepTheirOrderWhereOneRefersToALaterOne() throws Exception {
        var order = java.util.Collections.synchronizedList(new ArrayList<String>());
        for (String name : List.of("a", "b", "c")) {
            tool(name, Effects.write(Resource.file("f")), in -> JSON.booleanNode(order.add(name)));
        }
        run(call("a", "{'x':'$3'}"), call("b", "{}"), call("c", "{}"))
                .forEach(ToolExecutorTest::value);
        assertEquals(List.of("c", "a", "b"), order);
    }

    /** Also if what ended has only just let them run, and others could have its place. */
    @Test
    void thoseGoFirstOnWhichTheLongestChainWaits() throws Exception {
        var order = Collections.synchronizedList(new ArrayList<String>());
        tool(
                "echo",
                Effects.PURE,
                Effects.PURE,
                in -> {
                    order.add(in.path("i").asString(""));
                    return in;
                });
        new ToolExecutor(new PlainLine(tools))
                .executeBatch(
                        List.of(
                                call("echo", "{'i':'alone'}"),
                                call("echo", "{'i':'a'}"),
                                call("echo", "{'i':'b','of':'$2.i'}"),
                                call("echo", "{'i':'c','of':'$3.i'}"),
                                call("echo", "{'i':'alone too'}")),
                        OPTIONS.withConcurrency(1));
        assertEquals(List.of("a", "b", "alone", "c", "alone too"), order);
    }

    @Test
    void timesBeyondAllClocksAreTheLongestThereAre() throws Exception {
        tool("echo", Effects.PURE, in -> in);
        var ever = Duration.ofSeconds(Long.MAX_VALUE);
        for (CallLine line :
                List.of(
                        new PlainLine(tools),
                        ToolLine.of(name -> java.util.Optional.of(tools.getFirst()))
                                .stats(new ToolStats(ever, System::nanoTime))
                                .build())) {
            value(
                    new ToolExecutor(line)
                            .executeBatch(
                                    List.of(call("echo", "{}")), OPTIONS.withTimeouts(ever, ever))
                            .getFirst());
        }
    }

    /** Of a long chain each says what was wrong, and nobody the whole story. */
    @Test
    void theCauseIsPassedOnDownAChain() throws Exception {
        tool(
                "fails",
                Effects.PURE,
                in -> {
                    throw new IllegalStateException("no luck");
                });
        tool("echo", Effects.PURE, in -> in);
        var calls = new ToolCall[ToolExecutor.MAX_CALLS];
        for (int i = 0; i < calls.length; i++) {
            calls[i] =
                    i == 0
                            ? call("fails", "{}")
                            : call("echo", "{'x':['$" + i + "','$" + i + ".y']}");
        }
        List<ToolOutcome> got = run(calls);
        assertEquals(
                "It needs the result of call 999 (echo), which was not made because call 1 (fails)"
                        + " failed: no luck",
                failed(got.getLast(), ToolOutcome.Reason.DEPENDENCY).message());
    }

    @Test
    void theNameOfAToolInAMessageIsCut() throws Exception {
        List<ToolOutcome> got =
                run(call("n".repeat(100_000) + "\n", "{}"), call("echo", "{'x':'$1'}"));
        assertTrue(failed(got.get(1), ToolOutcome.Reason.DEPENDENCY).message().length() < 1_000);
    }

    /** A line, or a tool, that is wrong in every way a type allows fails its call alone. */
    @ParameterizedTest
    @ValueSource(strings = {"prepare", "effects", "atMost", "null", "needs"})
    void whatIsThrownWhileACallIsLookedAtFailsThatCall(String where) throws Exception {
        tool("echo", Effects.PURE, Effects.PURE, in -> in);
        Tool good = tools.getFirst();
        Tool bad = broken(where);
        var plain = new PlainLine(tools);
        CallLine line =
                ToolLine.of(name -> java.util.Optional.of(name.equals("bad") ? bad : good)).build();
        CallLine own =
                new CallLine() {
                    @Override
                    public Prepared prepare(ToolCall call, String principal) {
                        if (call.tool().equals("bad") && where.equals("prepare")) {
                            throw new StackOverflowError();
                        }
                        return line.prepare(call, principal);
                    }

                    @Override
                    public Effects atMost(String tool) {
                        return tool.equals("bad") ? bad.atMost() : plain.atMost(tool);
                    }

                    @Override
                    public ToolOutcome run(
                            Prepared.Ready ready,
                            ToolContext context,
                            boolean skipCache,
                            Runnable ended) {
                        return line.run(ready, context, skipCache, ended);
                    }
                };
        for (CallLine each : List.of(line, own)) {
            List<ToolOutcome> got =
                    new ToolExecutor(each)
                            .executeBatch(
                                    List.of(
                                            call("echo", "{'a':1}"),
                                            call("bad", "{'x':'$1'}"),
                                            call("bad", "{}"),
                                            call("echo", "{'a':'$1.a'}")),
                                    OPTIONS);
            value(got.get(0));
            assertEquals(1, value(got.get(3)).path("a").intValue());
            if (where.equals("prepare") && each == own) {
                failed(got.get(1), ToolOutcome.Reason.FAILED);
                failed(got.get(2), ToolOutcome.Reason.FAILED);
            } else {
                value(got.get(1));
                value(got.get(2));
            }
        }
    }

    private static Tool broken(String where) {
        var definition = new ToolDefinition("bad", "", JSON.objectNode());
        return new Tool() {
            @Override
            public ToolDefinition definition() {
                return definition;
            }

            @Override
            @SuppressWarnings("NullAway") // what a caller without null checks can do
            public Effects effects(ObjectNode arguments) {
                if (where.equals("effects")) {
                    throw new StackOverflowError();
                }
                return where.equals("null") ? null : Effects.PURE;
            }

            @Override
            @SuppressWarnings("NullAway") // likewise
            public Effects atMost() {
                if (where.equals("atMost")) {
                    throw new StackOverflowError();
                }
                return where.equals("null") ? null : Effects.UNKNOWN;
            }

            @Override
            public ToolResult call(ObjectNode arguments, ToolContext context) {
                return ToolResult.of(arguments);
            }
        };
    }

    @Test
    void whatAToolMayDoAtMostIsAnythingIfItDoesNotSay() {
        for (String where : List.of("atMost", "null")) {
            ToolLine line = ToolLine.of(name -> java.util.Optional.of(broken(where))).build();
            assertEquals(Effects.UNKNOWN, line.atMost("bad"));
        }
    }
}
