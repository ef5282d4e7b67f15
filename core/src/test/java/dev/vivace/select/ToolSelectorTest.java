package dev.vivace.select;

import static dev.vivace.select.Corpus.FEW;
import static dev.vivace.select.Corpus.MOVIES;
import static dev.vivace.select.Corpus.WEATHER;
import static dev.vivace.select.Corpus.many;
import static dev.vivace.select.Corpus.names;
import static dev.vivace.select.Corpus.tool;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vivace.tool.ToolDefinition;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ToolSelectorTest {
    private static final SelectorOptions PLAIN = SelectorOptions.DEFAULTS.withExploration(0, 1);
    private static final String SEARCH = ToolSelector.SEARCH.name();

    private final AtomicLong now = new AtomicLong();
    private final LearnedRanking learned = new LearnedRanking();
    private final ToolSelector selector = new ToolSelector(PLAIN);

    private ToolSelector clocked(Optional<Embedder> embedder) {
        return new ToolSelector(PLAIN, embedder, learned, now::get);
    }

    private void pass(Duration time) {
        now.addAndGet(time.toNanos());
    }

    @Test
    void aFewAreAllSentInTheirOrder() {
        var fifty = many(50);
        assertEquals(fifty, selector.select("s", fifty, "a movie").tools());
        assertEquals(FEW, selector.select("t", FEW, "").tools());
        assertEquals(List.of(), selector.select("t", FEW, "weather").added());
    }

    @Test
    void ofManyThoseAreSentThatFitAndTheSearchFirst() {
        var selection = selector.select("s", many(51), "films and the weather");
        assertEquals(SEARCH, selection.tools().getFirst().name());
        assertEquals(List.of(SEARCH, "cinema", "get_weather").size(), selection.tools().size());
        assertTrue(selection.tools().containsAll(List.of(WEATHER, MOVIES)));
        assertEquals(names(selection.tools()), selection.added());
    }

    @Test
    void atMostTopAreAddedForARequestAndWholeAreSentInAll() {
        var tools = many(200);
        assertEquals(11, selector.select("s", tools, "filler").tools().size());
        assertEquals(11, selector.select("s", tools, "fillers").tools().size());
        for (int i = 10; i < 190; i++) {
            assertTrue(selector.select("s", tools, "filler_" + i).tools().size() <= 50);
        }
        assertEquals(50, selector.select("s", tools, "weather").tools().size());
    }

    @Test
    void theRestIsReachedBySearchAndShownFromThenOn() {
        var tools = many(200);
        for (int i = 10; i < 190; i++) {
            selector.select("s", tools, "filler_" + i);
        }
        assertFalse(selector.select("s", tools, "weather").tools().contains(WEATHER));
        assertEquals(WEATHER, selector.search("s", tools, "weather", 3).getFirst());
        assertEquals(WEATHER, selector.select("s", tools, "x").tools().getLast());
        for (ToolDefinition each : tools) {
            assertEquals(each, selector.search("s", tools, each.name(), 1).getFirst());
        }
        assertEquals(201, selector.select("s", tools, "x").tools().size(), "whatever was found");
    }

    @Test
    void searchTakesAnyLimit() {
        var tools = many(200);
        assertEquals(1, selector.search("s", tools, "filler", -5).size());
        assertEquals(
                ToolSelector.MOST_FOUND,
                selector.search("s", tools, "filler", Integer.MAX_VALUE).size());
        assertEquals(List.of(), selector.search("s", tools, "", 10));
    }

    @Test
    void searchIsShownAlsoWhereTheSessionIsFull() {
        var tools = many(500);
        for (ToolDefinition each : tools) {
            selector.search("s", tools, each.name(), 1);
        }
        assertTrue(selector.select("s", tools, "x").tools().contains(ToolSelector.SEARCH));
        // Sets that are small one by one, but not together.
        for (int from = 0; from < 500; from += 50) {
            selector.select("t", tools.subList(from, from + 50), "x");
        }
        assertTrue(selector.select("t", FEW, "x").tools().contains(ToolSelector.SEARCH));
    }

    /** Whatever comes and goes, a session's list begins as it was before. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void aSessionOnlyGrowsAtItsEnd(long seed) {
        var random = new Random(seed);
        var exploring =
                new ToolSelector(SelectorOptions.DEFAULTS.withExploration(0.5, seed), learned);
        var all = many(150);
        var before = List.<String>of();
        var found = new HashSet<String>();
        for (int turn = 0; turn < 200; turn++) {
            var some = new ArrayList<>(all);
            Collections.shuffle(some, random);
            var tools = some.subList(0, random.nextInt(150));
            var request = some.get(0).name() + " " + some.get(1).description();
            if (random.nextInt(4) == 0) {
                found.addAll(names(exploring.search("s", tools, request, 5)));
            }
            learned.feedback(request, some.get(2).name(), random.nextBoolean());
            var selection = exploring.select("s", tools, request);
            var shown = names(selection.tools());
            assertEquals(before, shown.subList(0, before.size()), "seed " + seed);
            assertEquals(shown.size(), new HashSet<>(shown).size(), "seed " + seed);
            assertTrue(shown.containsAll(found), "seed " + seed);
            long unasked = shown.stream().filter(name -> !found.contains(name)).count();
            assertTrue(unasked <= 129, "seed " + seed);
            assertTrue(
                    tools.size() <= 50 || shown.contains(SEARCH), () -> "no search, seed " + seed);
            assertEquals(
                    shown.subList(shown.size() - selection.added().size(), shown.size()),
                    selection.added());
            before = shown;
        }
    }

    @Test
    void sessionsKnowNothingOfEachOther() {
        var tools = many(60);
        selector.select("s", tools, "weather");
        assertFalse(selector.select("t", tools, "movie").tools().contains(WEATHER));
    }

    @Test
    void aSessionIsForgottenWhenItIsToldToOrNotUsed() {
        var tools = many(60);
        var timed = clocked(Optional.empty());
        timed.select("s", tools, "weather");
        pass(Duration.ofMinutes(59));
        assertTrue(timed.select("s", tools, "movie").tools().contains(WEATHER));
        pass(Duration.ofMinutes(61));
        assertFalse(timed.select("s", tools, "movie").tools().contains(WEATHER));
        timed.forget("s");
        assertFalse(timed.select("s", tools, "weather").tools().contains(MOVIES));
    }

    @Test
    void sessionsAreBounded() {
        var hour = Duration.ofHours(1);
        var few =
                new ToolSelector(
                        new SelectorOptions(50, 10, 128, 0, 1, 10, hour, hour, hour, 10, hour));
        for (int i = 0; i < 1_000; i++) {
            few.select("s" + i, FEW, "");
        }
        int known = 0;
        for (int i = 0; i < 1_000; i++) {
            known += few.select("s" + i, List.of(), "").tools().isEmpty() ? 0 : 1;
        }
        assertTrue(known <= 10, known + " sessions");
    }

    @Test
    void aChangedSchemaIsSeenAtOnceAndInItsPlace() {
        var tools = new ArrayList<>(many(60));
        var before = selector.select("s", tools, "weather").tools();
        assertEquals(List.of(), selector.search("s", tools, "humidity", 5));
        var changed =
                tool(
                        WEATHER.name(),
                        WEATHER.description(),
                        "{\"properties\": {\"humidity\": {\"type\": \"boolean\"}}}");
        tools.set(0, changed);
        assertEquals(List.of(changed), selector.search("s", tools, "humidity", 5));
        var after = selector.select("s", tools, "weather").tools();
        assertEquals(names(before), names(after));
        assertEquals(changed, after.get(before.indexOf(WEATHER)));
    }

    @Test
    void aNewToolIsFoundWithTheFirstRequest() {
        var tools = many(60);
        for (int i = 0; i < 50; i++) {
            learned.feedback("tell the weather", WEATHER.name(), true);
        }
        var taught = new ToolSelector(PLAIN, learned);
        taught.select("s", tools, "tell the weather");
        var more = new ArrayList<>(tools);
        var climate = tool("climate", "weather of centuries", "{}");
        more.add(climate);
        assertTrue(taught.select("s", more, "tell the weather").tools().contains(climate));
    }

    @Test
    void namesThatCannotBeToldApartAreRefused() {
        for (int count : new int[] {10, 60}) {
            var twice = new ArrayList<>(many(count));
            twice.add(WEATHER);
            var wrong =
                    assertThrows(
                            IllegalArgumentException.class, () -> selector.select("s", twice, "x"));
            assertEquals("two tools have the name get_weather", wrong.getMessage());
            twice.removeLast();
            twice.add(tool(SEARCH, "mine", "{}"));
            assertThrows(IllegalArgumentException.class, () -> selector.select("s", twice, "x"));
        }
    }

    @Test
    void learnsWithinFiveMinutes() {
        var tools = many(60);
        var timed = clocked(Optional.empty());
        assertEquals(List.of(), timed.search("s", tools, "blue monday", 3));
        learned.feedback("blue monday", "filler_30", true);
        assertEquals(List.of(), timed.search("s", tools, "blue monday", 3));
        pass(Duration.ofMinutes(5));
        assertEquals(List.of("filler_30"), names(timed.search("s", tools, "blue monday", 3)));
        assertEquals(List.of("filler_30"), names(timed.search("s", tools, "monday", 3)));
    }

    @Test
    void whatIsNamedStandsNoLowerThanItsDefinitionPutsIt() {
        for (int i = 0; i < 100; i++) {
            learned.feedback("get_weather in Paris", MOVIES.name(), true);
            learned.feedback("get_weather in Paris", WEATHER.name(), false);
        }
        var taught = new ToolSelector(PLAIN, learned);
        var found = taught.search("s", many(60), "get_weather in Paris", 3);
        assertEquals(List.of(WEATHER, MOVIES), found);
        assertEquals(MOVIES, taught.search("s", many(60), "weather in Paris", 3).getFirst());
    }

    @Test
    void exploresAndKeepsNoDraw() {
        var curious = new ToolSelector(SelectorOptions.DEFAULTS.withExploration(0.5, 1), learned);
        var tools = many(60);
        var known = curious.search("s", tools, "films and the weather or fillers", 50);
        var seen = new HashSet<String>();
        for (int i = 0; i < 3_000; i++) {
            curious.select("t" + i, tools, "films and the weather or fillers");
            var added = curious.select("s" + i, tools, "films and the weather").added();
            assertTrue(
                    added.containsAll(List.of("cinema", "get_weather")), "a visitor took a place");
            seen.addAll(added);
        }
        assertEquals(61, seen.size());
        assertEquals(known, curious.search("s", tools, "films and the weather or fillers", 50));
    }

    /** Two meanings: of weather, and of all else. */
    private final class Meanings implements Embedder {
        final AtomicInteger asked = new AtomicInteger();
        boolean broken;

        @Override
        public float[] embed(String text) {
            asked.incrementAndGet();
            if (broken) {
                throw new IllegalStateException("no model");
            }
            boolean weather = text.contains("conditions") || text.contains("umbrella");
            return weather ? new float[] {0, 3} : new float[] {1, 0};
        }
    }

    @Test
    void whatLiesNearIsFoundWithoutAWordInCommon() {
        var tools = many(60);
        assertEquals(List.of(), selector.search("s", tools, "umbrella", 3));
        var near = clocked(Optional.of(new Meanings()));
        assertEquals(List.of(WEATHER), near.search("s", tools, "umbrella", 3));
        // Named by one ranking, near in the other: both are found.
        assertEquals(
                new HashSet<>(List.of(WEATHER, MOVIES)),
                new HashSet<>(near.search("s", tools, "umbrella for the movie", 3)));
    }

    @Test
    void eachRequestIsEmbeddedOnceAnHourAndEachToolOnce() {
        var tools = many(60);
        var meanings = new Meanings();
        var near = clocked(Optional.of(meanings));
        near.search("s", tools, "umbrella", 3);
        assertEquals(61, meanings.asked.get());
        near.search("s", new ArrayList<>(tools), "umbrella", 3);
        near.search("t", tools, "umbrella", 5);
        pass(Duration.ofMinutes(30));
        near.search("t", tools, "umbrella", 5);
        assertEquals(61, meanings.asked.get());
        near.search("s", tools, "parasol", 3);
        assertEquals(62, meanings.asked.get());
        pass(Duration.ofMinutes(31));
        near.search("s", tools, "umbrella", 3);
        assertEquals(62 + 61, meanings.asked.get());
    }

    @Test
    void withoutAnswersOfTheEmbedderWordsDecide() {
        var meanings = new Meanings();
        meanings.broken = true;
        var near = clocked(Optional.of(meanings));
        assertEquals(List.of(WEATHER), near.search("s", many(60), "weather", 3));
        var later = new Meanings();
        near = clocked(Optional.of(later));
        near.search("s", many(60), "movie", 3);
        later.broken = true;
        assertEquals(List.of(WEATHER), near.search("s", many(60), "weather", 3));
    }

    @Test
    void anEmbedderThatKnowsNoNumberHarmsNothing() {
        var odd = clocked(Optional.of(text -> new float[] {Float.NaN, 1}));
        assertEquals(List.of(WEATHER), odd.search("s", many(60), "weather", 3));
    }

    @Test
    void manyAtOnceInOneSessionAgree() throws Exception {
        var tools = many(120);
        var threads = new ArrayList<Thread>();
        var all = Collections.synchronizedList(new ArrayList<List<String>>());
        for (int t = 0; t < 8; t++) {
            int from = t * 10;
            threads.add(
                    Thread.ofVirtual()
                            .start(() -> {
                                for (int i = from; i < from + 20; i++) {
                                    var chosen = selector.select("s", tools, "filler_" + i);
                                    all.add(names(chosen.tools()));
                                }
                            }));
        }
        for (Thread each : threads) {
            each.join();
        }
        assertEquals(160, all.size());
        var last = names(selector.select("s", tools, "").tools());
        for (var each : all) {
            assertEquals(last.subList(0, each.size()), each);
        }
    }

    @Test
    void whatDiffersInAnythingHasAnotherDigest() {
        var base = List.of(tool("ab", "c", "{}"));
        for (var other :
                List.of(
                        List.of(tool("a", "bc", "{}")),
                        List.of(tool("ab", "d", "{}")),
                        List.of(tool("ab", "c", "{\"type\": \"object\"}")),
                        List.of(tool("ab", "c", "{}"), tool("x", "", "{}")),
                        List.<ToolDefinition>of())) {
            assertFalse(Ranker.digest(base).equals(Ranker.digest(other)), other::toString);
        }
        assertEquals(Ranker.digest(base), Ranker.digest(List.of(tool("ab", "c", "{}"))));
        assertSame(base, List.copyOf(base), "the short way relies on this");
    }

    @Test
    void anEmbedderThatFailedIsAskedAgainHalfAMinuteLater() {
        var meanings = new Meanings();
        meanings.broken = true;
        var near = clocked(Optional.of(meanings));
        assertEquals(List.of(), near.search("s", many(60), "umbrella", 3));
        int asked = meanings.asked.get();
        meanings.broken = false;
        pass(Duration.ofSeconds(29));
        assertEquals(List.of(), near.search("s", many(60), "umbrella", 3));
        assertEquals(asked, meanings.asked.get());
        pass(Duration.ofSeconds(2));
        assertEquals(List.of(WEATHER), near.search("s", many(60), "umbrella", 3));
        // And one that fails for a request alone.
        meanings.broken = true;
        assertEquals(List.of(), near.search("s", many(60), "umbrella!", 3));
        meanings.broken = false;
        pass(Duration.ofSeconds(31));
        assertEquals(List.of(WEATHER), near.search("s", many(60), "umbrella!", 3));
    }
}
