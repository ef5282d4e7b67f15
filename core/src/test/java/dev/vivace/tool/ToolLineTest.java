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

import dev.vivace.tool.ToolOutcome.Reason;
import dev.vivace.tool.ToolOutcome.Source;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;

/** One call at a time: who may, what is kept, and what is told. */
class ToolLineTest {
    private static final Duration HOUR = Duration.ofHours(1);

    private final AtomicInteger calls = new AtomicInteger();

    private static Resource path(ObjectNode arguments) {
        return Resource.file(arguments.path("path").asString(""));
    }

    private FakeTool reader(String name) {
        return new FakeTool(
                        name,
                        arguments -> Effects.read(path(arguments)),
                        (arguments, context) -> said(name + calls.incrementAndGet()))
                .keptFor(HOUR);
    }

    private static FakeTool writer() {
        return new FakeTool(
                "write",
                arguments -> Effects.write(path(arguments)),
                (arguments, context) -> {
                    if (arguments.path("fail").asBoolean(false)) {
                        throw new java.io.IOException("disk full");
                    }
                    return said("written");
                });
    }

    private static Source source(ToolLine line, String tool, String path) {
        return done(run(line, tool, "{\"path\":\"" + path + "\"}")).source();
    }

    @Test
    void aRepeatedReadIsServedFromTheCache() {
        ToolLine line = new ToolBench(reader("list")).line();
        var first = done(run(line, "list", "{\"path\":\"d\",\"all\":true}"));
        var second = done(run(line, "list", "{ \"all\": true, \"path\": \"d\" }"));
        assertEquals(Source.CALLED, first.source());
        assertEquals(Source.CACHED, second.source());
        assertEquals(first.result(), second.result());
        assertEquals(1, calls.get());
    }

    /** Whoever is not allowed any more does not see what is known already. */
    @Test
    void aRevokedPermissionIsRefusedAlsoWhereTheResultIsKept() {
        var allowed = new AtomicBoolean(true);
        var bench = new ToolBench(reader("list"));
        bench.builder.access((principal, tool) -> allowed.get());
        ToolLine line = bench.line();
        done(run(line, "list", "{}"));
        allowed.set(false);
        assertEquals(Reason.DENIED, failed(run(line, "list", "{}")).reason());
        assertEquals(Reason.DENIED, failed(run(line, "no-such-tool", "{}")).reason());
        // What there is has its figures, also of calls that were refused.
        assertEquals(
                List.of("list"),
                bench.stats.summaries().stream().map(ToolStats.Summary::tool).toList());
        assertEquals(2, bench.stats.summaries().getFirst().calls());
        allowed.set(true);
        assertEquals(Source.CACHED, done(run(line, "list", "{}")).source());
    }

    @Test
    void whereItIsNotKnownWhoMayCallNobodyMay() {
        var bench = new ToolBench(reader("list"));
        bench.builder.access((principal, tool) -> {
            throw new IllegalStateException("the list of keys is gone");
        });
        assertEquals(Reason.DENIED, failed(run(bench.line(), "list", "{}")).reason());
        assertEquals(0, calls.get());
    }

    @Test
    void whatIsReadForOneIsNotServedToAnother() {
        ToolLine line = new ToolBench(reader("list")).line();
        done(run(line, "list", "{}", "ann"));
        assertEquals(Source.CALLED, done(run(line, "list", "{}", "bob")).source());
    }

    @Test
    void aWriteInvalidatesWhatIsAtBelowAndAboveIt() {
        ToolLine line = new ToolBench(reader("list"), reader("search"), writer()).line();
        for (boolean fail : new boolean[] {false, true}) {
            for (String read : List.of("d", "", "d/a", "./d/a", "d/a/b", "x/../d/a")) {
                source(line, "list", read);
            }
            source(line, "search", "");
            source(line, "list", "e");
            source(line, "list", "d/b");
            run(line, "write", "{\"path\":\"d/a\",\"fail\":" + fail + "}");
            assertEquals(Source.CACHED, source(line, "list", "e"));
            assertEquals(Source.CACHED, source(line, "list", "d/b"));
            for (String read : List.of("d", "", "d/a", "./d/a", "d/a/b", "x/../d/a")) {
                assertEquals(Source.CALLED, source(line, "list", read), read + ", " + fail);
            }
            assertEquals(Source.CALLED, source(line, "search", ""));
        }
    }

    /** A tool of which nothing is known may have changed anything. */
    @Test
    void anUnknownToolInvalidatesAllThatReadsAndNothingThatIsPure() {
        var pure =
                new FakeTool("add", arguments -> Effects.PURE, (arguments, context) -> said("3"))
                        .keptFor(HOUR);
        var unknown =
                new FakeTool(
                        "unknown",
                        arguments -> {
                            throw new IllegalStateException("no path");
                        },
                        (arguments, context) -> said("" + calls.incrementAndGet()));
        ToolLine line = new ToolBench(reader("list"), pure, unknown.keptFor(HOUR)).line();
        source(line, "list", "d");
        source(line, "add", "");
        assertEquals(Source.CALLED, source(line, "unknown", ""));
        assertEquals(Source.CALLED, source(line, "unknown", ""));
        assertEquals(Source.CALLED, source(line, "list", "d"));
        assertEquals(Source.CACHED, source(line, "add", ""));
    }

    @Test
    void aReadThatOverlappedAWriteIsNotStored() {
        var bench = new ToolBench();
        bench.tools.put(
                "list",
                new FakeTool(
                                "list",
                                arguments -> Effects.read(path(arguments)),
                                (arguments, context) -> {
                                    if (calls.incrementAndGet() == 1) {
                                        bench.versions
                                                .begin("a", List.of(Resource.file("d/a")))
                                                .end();
                                    }
                                    return said("seen");
                                })
                        .keptFor(HOUR));
        ToolLine line = bench.line();
        assertEquals(Source.CALLED, source(line, "list", "d"));
        assertEquals(0, bench.cache.statistics().entries());
        assertEquals(Source.CALLED, source(line, "list", "d"));
        assertEquals(Source.CACHED, source(line, "list", "d"));
        try (var _ = bench.versions.begin("a", List.of(Resource.file("d/b")))) {
            assertEquals(Source.CALLED, source(line, "list", "d"));
            assertEquals(Source.CALLED, source(line, "list", "d"));
        }
        assertEquals(Source.CALLED, source(line, "list", "d"));
        assertEquals(Source.CACHED, source(line, "list", "d"));
    }

    @Test
    void onlyWhatATtlIsGivenForIsKeptAndOnlyWhenItChangesNothing() {
        var without =
                new FakeTool(
                        "clock", arguments -> Effects.PURE, (arguments, context) -> said("now"));
        ToolLine line = new ToolBench(without, writer().keptFor(HOUR)).line();
        source(line, "clock", "");
        assertEquals(Source.CALLED, source(line, "clock", ""));
        source(line, "write", "d");
        assertEquals(Source.CALLED, source(line, "write", "d"));
    }

    @Test
    void whatIsWrongWithAFileIsSaid() {
        var bench =
                new ToolBench(
                        new FakeTool(
                                "broken",
                                arguments -> Effects.read(path(arguments)),
                                (arguments, context) -> {
                                    throw new NoSuchFileException("files/none");
                                }));
        assertEquals(
                "the tool broken failed: NoSuchFileException: files/none",
                failed(run(bench.line(), "broken", "{}")).message());
    }

    @Test
    void errorsAreKeptForAShortTimeAndWhatIsThrownNever() {
        var bench =
                new ToolBench(
                        new FakeTool(
                                        "missing",
                                        arguments -> Effects.read(path(arguments)),
                                        (arguments, context) ->
                                                ToolResult.error(FakeTool.text("no such file")))
                                .keptFor(HOUR),
                        new FakeTool(
                                        "broken",
                                        arguments -> Effects.read(path(arguments)),
                                        (arguments, context) -> {
                                            calls.incrementAndGet();
                                            throw new IllegalArgumentException("bad path");
                                        })
                                .keptFor(HOUR));
        ToolLine line = bench.line();
        source(line, "missing", "d");
        assertEquals(Source.CACHED, source(line, "missing", "d"));
        bench.pass(Duration.ofSeconds(6));
        assertEquals(Source.CALLED, source(line, "missing", "d"));
        assertEquals(
                "the tool broken failed: bad path", failed(run(line, "broken", "{}")).message());
        run(line, "broken", "{}");
        assertEquals(2, calls.get());
    }

    @Test
    void skipCacheCallsTheToolAndKeepsWhatItSays() {
        ToolLine line = new ToolBench(reader("list")).line();
        run(line, "list", "{}");
        var fresh =
                done(
                        line.run(
                                new ToolCall("1", "list", json("{}")),
                                new ToolContext("ann", ToolBench.LONG),
                                new CallOptions(true)));
        assertEquals(Source.CALLED, fresh.source());
        assertEquals(said("list2"), fresh.result());
        assertEquals(said("list2"), done(run(line, "list", "{}")).result());
    }

    @Test
    void aNewDefinitionOfAToolIsAnotherTool() {
        var bench = new ToolBench(reader("list"));
        ToolLine line = bench.line();
        run(line, "list", "{}");
        bench.tools.put(
                "list",
                new FakeTool(
                                new ToolDefinition("list", "", json("{\"type\":\"object\"}")),
                                arguments -> Effects.read(path(arguments)),
                                (arguments, context) -> said("other"))
                        .keptFor(HOUR));
        assertEquals(said("other"), done(run(line, "list", "{}")).result());
    }

    @Test
    void argumentsThatDoNotFitAreRefusedAndChangesAreReported() {
        var bench = new ToolBench(reader("list"));
        bench.builder.preparation((definition, arguments) ->
                arguments.has("dir")
                        ? new Preparation.Arguments.Fit(
                                json("{\"path\":\"d\"}"), List.of("dir was renamed to path"))
                        : new Preparation.Arguments.Unfit("path is missing"));
        ToolLine line = bench.line();
        var refused = failed(run(line, "list", "{}"));
        assertEquals(Reason.BAD_ARGUMENTS, refused.reason());
        assertEquals("path is missing", refused.message());
        for (Source source : List.of(Source.CALLED, Source.CACHED)) {
            var answered = done(run(line, "list", "{\"dir\":\"d\"}"));
            assertEquals(source, answered.source());
            assertEquals(List.of("dir was renamed to path"), answered.changes());
        }
    }

    @Test
    void argumentsArePutRightAndCheckedAsTheSchemaSays() {
        var tool =
                new FakeTool(
                        new ToolDefinition(
                                "list",
                                "",
                                json(
                                        """
                                        {"type": "object", "required": ["depth"],
                                         "properties": {"depth": {"type": "integer"}}}
                                        """)),
                        arguments -> Effects.PURE,
                        (arguments, context) -> ToolResult.of(arguments));
        ToolLine line = new ToolBench(tool).line();
        var answered = done(run(line, "list", "{\"depth\": \"3\"}"));
        assertEquals("{\"depth\":3}", answered.result().value().toString());
        assertEquals(1, answered.changes().size());
        assertEquals(Reason.BAD_ARGUMENTS, failed(run(line, "list", "{}")).reason());
    }

    /** What a tool does to its arguments is its own affair. */
    @Test
    void aToolMayChangeItsOwnArguments() {
        var bench =
                new ToolBench(
                        new FakeTool(
                                        "list",
                                        arguments -> Effects.PURE,
                                        (arguments, context) -> {
                                            arguments.removeAll();
                                            return said("done");
                                        })
                                .keptFor(HOUR));
        ToolLine line = bench.line();
        var arguments = json("{\"path\":\"d\"}");
        line.run(
                new ToolCall("1", "list", arguments),
                new ToolContext("ann", ToolBench.LONG),
                CallOptions.DEFAULT);
        assertEquals(json("{\"path\":\"d\"}"), arguments);
        assertEquals(Source.CACHED, source(line, "list", "d"));
    }

    @Test
    void aResultThatIsTooLargeIsRefused() {
        var bench =
                new ToolBench(
                        new FakeTool(
                                "large",
                                arguments -> Effects.PURE,
                                (arguments, context) -> said("x".repeat(2_000))));
        bench.builder.maxResultBytes(1_024);
        assertEquals(Reason.TOO_LARGE, failed(run(bench.line(), "large", "{}")).reason());
    }

    @Test
    void whatIsWrongIsToldWithoutATrace() {
        var bench =
                new ToolBench(
                        new FakeTool(
                                "broken",
                                arguments -> Effects.UNKNOWN,
                                (arguments, context) -> {
                                    throw new StackOverflowError();
                                }),
                        new FakeTool(
                                "talkative",
                                arguments -> Effects.UNKNOWN,
                                (arguments, context) -> {
                                    throw new IllegalStateException("x".repeat(100_000));
                                }));
        ToolLine line = bench.line();
        var badly = failed(run(line, "broken", "{}"));
        assertEquals(Reason.FAILED, badly.reason());
        assertEquals("the tool broken failed badly", badly.message());
        assertTrue(failed(run(line, "talkative", "{}")).message().length() < 1_100);
        assertEquals(Reason.UNKNOWN_TOOL, failed(run(line, "nothing", "{}")).reason());
    }

    /** A tool that hangs and does not care keeps nobody, and what it writes stays uncertain. */
    @Test
    void aToolThatIgnoresItsEndKeepsNobodyButStaysUnderWay() throws Exception {
        var release = new CountDownLatch(1);
        var ended = new CountDownLatch(1);
        var bench =
                new ToolBench(
                        reader("list"),
                        new FakeTool(
                                "write",
                                arguments -> Effects.write(path(arguments)),
                                (arguments, context) -> {
                                    awaitWhateverHappens(release);
                                    ended.countDown();
                                    return said("at last");
                                }));
        ToolLine line = bench.line();
        source(line, "list", "d");
        var outcome =
                failed(
                        line.run(
                                new ToolCall("1", "write", json("{\"path\":\"d/a\"}")),
                                new ToolContext("ann", Duration.ofMillis(50)),
                                CallOptions.DEFAULT));
        assertEquals(Reason.TIMEOUT, outcome.reason());
        assertEquals(Source.CALLED, source(line, "list", "d"));
        assertEquals(Source.CALLED, source(line, "list", "d"));
        assertTrue(bench.versions.settled(List.of(Resource.file("d"))).isEmpty());
        release.countDown();
        ended.await();
        while (bench.versions.settled(List.of(Resource.file("d"))).isEmpty()) {
            Thread.onSpinWait();
        }
        assertEquals(Source.CALLED, source(line, "list", "d"));
        assertEquals(Source.CACHED, source(line, "list", "d"));
    }

    /** Whoever waits for the end of all that a call does learns it, once, however it ends. */
    @Test
    void saysWhenNothingGoesOnAnyMore() throws Exception {
        var release = new CountDownLatch(1);
        var allowed = new AtomicBoolean(true);
        var bench =
                new ToolBench(
                        reader("list"),
                        new FakeTool(
                                "hang",
                                arguments -> Effects.UNKNOWN,
                                (arguments, context) -> {
                                    awaitWhateverHappens(release);
                                    return said("at last");
                                }));
        bench.builder.access((principal, tool) -> allowed.get());
        ToolLine line = bench.line();
        var context = new ToolContext("ann", Duration.ofMillis(50));
        var ready = (Prepared.Ready) line.prepare(new ToolCall("1", "list", json("{}")), "ann");
        var ends = new AtomicInteger();
        done(line.run(ready, context, true, ends::incrementAndGet));
        assertEquals(1, ends.get());
        done(line.run(ready, context, false, ends::incrementAndGet));
        assertEquals(2, ends.get());
        allowed.set(false);
        assertEquals(
                Reason.DENIED,
                failed(line.run(ready, context, false, ends::incrementAndGet)).reason());
        assertEquals(3, ends.get());
        allowed.set(true);
        var hang = (Prepared.Ready) line.prepare(new ToolCall("1", "hang", json("{}")), "ann");
        var ended = new CountDownLatch(1);
        assertEquals(
                Reason.TIMEOUT, failed(line.run(hang, context, false, ended::countDown)).reason());
        assertEquals(1, ended.getCount());
        release.countDown();
        ended.await();
    }

    static void awaitWhateverHappens(CountDownLatch latch) {
        while (true) {
            try {
                latch.await();
                return;
            } catch (InterruptedException e) {
                // This one does not listen.
            }
        }
    }

    @Test
    void anInterruptedCallerLeavesAndItsToolIsInterrupted() throws Exception {
        var running = new CountDownLatch(1);
        var interrupted = new CountDownLatch(1);
        var bench =
                new ToolBench(
                        new FakeTool(
                                "wait",
                                arguments -> Effects.UNKNOWN,
                                (arguments, context) -> {
                                    running.countDown();
                                    try {
                                        new CountDownLatch(1).await();
                                    } catch (InterruptedException e) {
                                        interrupted.countDown();
                                        throw e;
                                    }
                                    return said("never");
                                }));
        ToolLine line = bench.line();
        var reason = new java.util.concurrent.atomic.AtomicReference<Reason>();
        var stillInterrupted = new AtomicBoolean();
        Thread caller =
                Thread.ofVirtual()
                        .start(() -> {
                            reason.set(failed(run(line, "wait", "{}")).reason());
                            stillInterrupted.set(Thread.currentThread().isInterrupted());
                        });
        running.await();
        caller.interrupt();
        caller.join();
        interrupted.await();
        assertEquals(Reason.CANCELLED, reason.get());
        assertTrue(stillInterrupted.get());
    }

    @Test
    void toolsThatBlockNativelyRunOnPlatformThreadsAndAreInterruptedThere() throws Exception {
        var threads = new java.util.concurrent.LinkedBlockingQueue<Boolean>();
        var interrupted = new CountDownLatch(1);
        var bench =
                new ToolBench(
                        new FakeTool(
                                        "native",
                                        arguments -> Effects.UNKNOWN,
                                        (arguments, context) -> {
                                            threads.add(Thread.currentThread().isVirtual());
                                            if (arguments.path("hang").asBoolean(false)) {
                                                try {
                                                    new CountDownLatch(1).await();
                                                } catch (InterruptedException e) {
                                                    interrupted.countDown();
                                                    throw e;
                                                }
                                            }
                                            return said("done");
                                        })
                                .withNativeBlocking());
        bench.builder.nativeThreads(1);
        ToolLine line = bench.line();
        done(run(line, "native", "{}"));
        assertFalse(threads.take());
        assertEquals(
                Reason.TIMEOUT,
                failed(
                                line.run(
                                        new ToolCall("1", "native", json("{\"hang\":true}")),
                                        new ToolContext("ann", Duration.ofMillis(50)),
                                        CallOptions.DEFAULT))
                        .reason());
        interrupted.await();
        done(run(line, "native", "{}")); // the one thread is free again, and not interrupted
    }

    @Test
    void repeatsTheDefaultsOfItsPartsAndNamesWhatIsOutOfRange() {
        assertFalse(CallOptions.DEFAULT.skipCache());
        var builder = ToolLine.of(name -> java.util.Optional.empty());
        assertEquals(8 << 20, builder.maxResultBytes);
        assertEquals(8, builder.nativeThreads);
        assertThrows(IllegalArgumentException.class, () -> builder.maxResultBytes(1));
        assertThrows(IllegalArgumentException.class, () -> builder.nativeThreads(0));
    }

    @Test
    void whateverIsThrownThereIsAnEnd() throws Exception {
        var ended = new CountDownLatch(1);
        var execution =
                new Execution(
                        self -> {
                            throw new StackOverflowError();
                        },
                        ended::countDown,
                        System::nanoTime);
        execution.start();
        assertEquals(Reason.FAILED, failed(execution.await(ToolBench.LONG, true)).reason());
        ended.await();
    }

    @Test
    void linesThatShareACacheSeeEachOthersWrites() {
        var file = new java.util.concurrent.atomic.AtomicReference<>("old");
        var read =
                new FakeTool(
                                "read",
                                arguments -> Effects.read(Resource.file("a")),
                                (arguments, context) -> said(file.get()))
                        .keptFor(ToolBench.LONG);
        var write =
                new FakeTool(
                        "write",
                        arguments -> Effects.write(Resource.file("a")),
                        (arguments, context) -> {
                            file.set("new");
                            return said("ok");
                        });
        var cache = new ResultCache();
        java.util.function.Function<String, java.util.Optional<Tool>> tools =
                name -> java.util.Optional.of(name.equals("read") ? read : write);
        ToolLine one = ToolLine.of(tools).cache(cache).build();
        ToolLine two = ToolLine.of(tools).cache(cache).build();
        done(run(one, "read", "{}"));
        assertEquals(ToolOutcome.Source.CACHED, done(run(two, "read", "{}")).source());
        done(run(two, "write", "{}"));
        assertEquals(said("new"), done(run(one, "read", "{}")).result());
        // Versions of their own mean nothing beside those of others.
        ToolLine alone = ToolLine.of(tools).cache(cache).versions(new ResourceVersions()).build();
        assertEquals(ToolOutcome.Source.CALLED, done(run(alone, "read", "{}")).source());
        file.set("newer");
        done(run(alone, "write", "{}"));
        done(run(alone, "write", "{}"));
        assertEquals(said("new"), done(run(alone, "read", "{}")).result());
    }
}
