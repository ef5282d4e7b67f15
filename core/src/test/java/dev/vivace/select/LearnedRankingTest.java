package dev.vivace.select;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vivace.tool.ToolDefinition;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LearnedRankingTest {
    private static final ToolDefinition ONE = Corpus.tool("one", "prints a report", "{}");
    private static final ToolDefinition TWO = Corpus.tool("two", "prints a report too", "{}");
    private final ToolIndex index = ToolIndex.of(List.of(ONE, TWO));
    private final LearnedRanking learned = new LearnedRanking();

    private float[] scores(String request) {
        return scores(index, request);
    }

    private float[] scores(ToolIndex index, String request) {
        float[] scores = index.scores(ToolIndex.terms(request));
        learned.blend(ToolIndex.terms(request), index, scores);
        return scores;
    }

    @Test
    void whatServedOnceIsFoundByTheWordsOfThatRequest() {
        assertEquals(0, scores("quarterly turnover")[1]);
        learned.feedback("the quarterly turnover, please", "two", true);
        assertTrue(scores("turnover")[1] > 0);
        assertEquals(0, scores("turnover")[0]);
        assertEquals(0, scores("birds")[1]);
    }

    @Test
    void ofTwoThatSayTheSameTheOneThatServesComesFirst() {
        assertTrue(scores("report")[0] >= scores("report")[1]);
        learned.feedback("report", "two", true);
        assertTrue(scores("report")[1] > scores("report")[0]);
    }

    @Test
    void failuresLowerAToolButNeverToLessThanHalf() {
        var many = ToolIndex.of(Corpus.many(60));
        int weather = many.number("get_weather");
        float before = scores(many, "weather")[weather];
        learned.feedback("weather", "get_weather", false);
        float once = scores(many, "weather")[weather];
        assertTrue(once < before, once + " of " + before);
        for (int i = 0; i < 10_000; i++) {
            learned.feedback("weather", "get_weather", false);
        }
        assertTrue(scores(many, "weather")[weather] < once);
        assertTrue(scores(many, "weather")[weather] >= before / 2);
    }

    /** One failure must not bury what the definition says, however few tools there are. */
    @Test
    void amongFewToolsTheHalfHoldsToo() {
        float before = scores("report")[0];
        learned.feedback("report", "one", false);
        assertTrue(scores("report")[0] >= before / 2);
    }

    @Test
    void aWordThatLeadsEverywhereSaysLess() {
        learned.feedback("special", "one", true);
        learned.feedback("general", "one", true);
        float alone = scores("general")[0];
        for (int i = 0; i < 30; i++) {
            learned.feedback("general", "t" + i, true);
        }
        assertTrue(scores("general")[0] < alone / 2);
        assertEquals(alone, scores("special")[0]);
    }

    @Test
    void nothingIsLostWhenManyReportAtOnce() throws Exception {
        int threads = 8;
        var all =
                IntStream.range(0, threads)
                        .mapToObj(i ->
                                Thread.ofVirtual()
                                        .start(() -> {
                                            for (int n = 0; n < 100; n++) {
                                                learned.feedback("busy", "one", true);
                                            }
                                        }))
                        .toList();
        for (Thread each : all) {
            each.join();
        }
        assertEquals(1 / Math.sqrt(801), learned.doubts(index)[0], 1e-6);
        assertEquals(1, learned.doubts(index)[1]);
    }

    @Test
    void evidenceOfAWordIsBoundedAndOldOnesFade() {
        var evidence = Evidence.NONE;
        for (int i = 0; i < 1_000; i++) {
            evidence = evidence.with("t" + i, true);
            assertTrue(evidence.tools().size() <= 64);
            assertTrue(evidence.tools().containsKey("t" + i), "the newest is not kept");
        }
        evidence = Evidence.NONE;
        for (int i = 0; i < 900; i++) {
            evidence = evidence.with("old", true);
        }
        for (int i = 0; i < 900; i++) {
            evidence = evidence.with("new", true);
        }
        int sum = evidence.tools().values().stream().mapToInt(Evidence.Trials::successes).sum();
        assertEquals(sum, evidence.successes());
        assertTrue(sum <= 1_000);
        assertTrue(evidence.share(of(evidence, "new")) > evidence.share(of(evidence, "old")));
    }

    private static Evidence.Trials of(Evidence evidence, String tool) {
        return evidence.tools().getOrDefault(tool, Evidence.Trials.NONE);
    }

    @Test
    void aNameThatNoToolCanHaveIsRefused() {
        assertThrows(
                IllegalArgumentException.class,
                () -> learned.feedback("report", "x".repeat(257), true));
    }

    @Test
    void failuresLowerTheShareOfSuccesses() {
        var evidence = Evidence.NONE.with("a", true).with("b", true);
        assertEquals(1 / 3.0, evidence.share(new Evidence.Trials(1, 0)), 1e-9);
        assertEquals(1 / 5.0, evidence.share(new Evidence.Trials(1, 2)), 1e-9);
    }
}
