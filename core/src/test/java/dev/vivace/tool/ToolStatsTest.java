package dev.vivace.tool;

import static dev.vivace.tool.FakeTool.json;
import static dev.vivace.tool.FakeTool.said;
import static dev.vivace.tool.ToolBench.run;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vivace.tool.ToolOutcome.Done;
import dev.vivace.tool.ToolOutcome.Failed;
import dev.vivace.tool.ToolOutcome.Reason;
import dev.vivace.tool.ToolOutcome.Source;
import dev.vivace.tool.ToolStats.Recommendation.Kind;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ToolStatsTest {
    private static final ToolOutcome CALLED = new Done(said("x"), Source.CALLED, List.of());

    private final AtomicLong now = new AtomicLong();
    private final ToolStats stats = new ToolStats(Duration.ofSeconds(10), now::get, 3);

    private static ToolDefinition tool(String name) {
        return new ToolDefinition(name, "", json("{}"));
    }

    private void called(String tool, long nanos) {
        stats.settle(tool, CALLED);
        stats.took(tool, nanos);
    }

    private void answered(ToolOutcome outcome) {
        stats.settle("t", outcome);
    }

    private List<Kind> advice(String name) {
        return stats.recommendations(List.of(tool(name))).stream()
                .map(ToolStats.Recommendation::kind)
                .toList();
    }

    @Test
    void countsWhatBecameOfCalls() {
        called("t", 1_000_000);
        answered(new Done(said("x"), Source.CACHED, List.of()));
        answered(new Done(said("x"), Source.JOINED, List.of()));
        answered(new Done(ToolResult.error(FakeTool.text("no")), Source.CALLED, List.of()));
        answered(new Failed(Reason.DENIED, ""));
        stats.waited("t");
        stats.retried("t");
        var summary = stats.summaries().getFirst();
        assertEquals(5, summary.calls());
        assertEquals(3, summary.successes());
        assertEquals(1, summary.cached());
        assertEquals(1, summary.joined());
        assertEquals(1, summary.waited());
        assertEquals(1, summary.retries());
    }

    @Test
    void percentilesAreThoseOfTheCallsThatReachedTheTool() {
        var random = new Random(3);
        long[] nanos = new long[10_000];
        for (int i = 0; i < nanos.length; i++) {
            nanos[i] = (long) (Math.exp(random.nextGaussian()) * 50_000_000);
            called("t", nanos[i]);
            answered(new Done(said("x"), Source.CACHED, List.of()));
        }
        Arrays.sort(nanos);
        var summary = stats.summaries().getFirst();
        assertClose(nanos[4_999], summary.p50());
        assertClose(nanos[9_499], summary.p95());
        assertClose(nanos[9_899], summary.p99());
    }

    private static void assertClose(long exact, Duration said) {
        assertTrue(Math.abs(said.toNanos() - exact) <= exact * 0.01, said + " for " + exact);
    }

    @Test
    void keepsSoManyToolsAndCountsTheOthersTogether() {
        for (int i = 0; i < 10; i++) {
            called("t" + i, 1);
        }
        var summaries = stats.summaries();
        assertEquals(4, summaries.size());
        assertEquals(ToolStats.OTHERS, summaries.getFirst().tool());
        assertEquals(7, summaries.getFirst().calls());
    }

    @Test
    void aSlowToolIsLoggedOnceAMinute() {
        var counts = new ToolCounts();
        long minute = Duration.ofMinutes(1).toNanos();
        assertTrue(counts.timeToLog(5));
        assertFalse(counts.timeToLog(5));
        assertFalse(counts.timeToLog(4 + minute));
        assertTrue(counts.timeToLog(5 + minute));
    }

    @Test
    void whatIsLoggedStaysOnItsLine() {
        assertEquals("a?b?c", ShortText.of("a\nb\u001bc"));
        assertEquals("plain", ShortText.of("plain"));
        assertEquals(259, ShortText.of("x".repeat(1_000)).length());
    }

    @Test
    void saysWhatIsUnusedSlowAndWorthCaching() {
        assertEquals(List.of(), advice("idle"));
        for (int i = 0; i < 100; i++) {
            called("slow", Duration.ofSeconds(11).toNanos());
        }
        assertEquals(List.of(Kind.SLOW), advice("slow"));
        assertEquals(List.of(Kind.UNUSED), advice("idle"));
        var bench =
                new ToolBench(
                        new FakeTool(
                                "read",
                                arguments -> Effects.read(Resource.file("d")),
                                (arguments, context) -> said("x")));
        ToolLine line = bench.line();
        for (int i = 0; i < 20; i++) {
            run(line, "read", "{\"n\":" + i % 10 + "}");
        }
        assertEquals(
                List.of(Kind.WORTH_CACHING),
                bench.stats.recommendations(List.of(tool("read"))).stream()
                        .map(ToolStats.Recommendation::kind)
                        .toList());
        assertEquals(10, bench.stats.summaries().getFirst().repeats());
    }

    @Test
    void losesNothingOfManyThreads() throws Exception {
        var many = new ToolStats(Duration.ofSeconds(10), now::get);
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int t = 0; t < 8; t++) {
                executor.execute(() -> {
                    for (int i = 0; i < 2_000; i++) {
                        many.settle("t" + i % 5, CALLED);
                        many.took("t" + i % 5, i);
                        if (i % 100 == 0) {
                            many.summaries();
                        }
                    }
                });
            }
        }
        assertEquals(16_000, many.summaries().stream().mapToLong(ToolStats.Summary::calls).sum());
    }
}
