package dev.vivace.select;

import static dev.vivace.select.Corpus.FEW;
import static dev.vivace.select.Corpus.FLIGHTS;
import static dev.vivace.select.Corpus.INVOICE;
import static dev.vivace.select.Corpus.MOVIES;
import static dev.vivace.select.Corpus.WEATHER;
import static dev.vivace.select.Corpus.tool;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vivace.tool.ToolDefinition;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ToolIndexTest {
    private static List<ToolDefinition> ranked(ToolIndex index, String request) {
        return index.rank(request, 10).stream().map(ToolIndex.Ranked::tool).toList();
    }

    private static List<ToolDefinition> ranked(String request) {
        return ranked(ToolIndex.of(FEW), request);
    }

    @Test
    void findsByNameAndDescription() {
        assertEquals(List.of(WEATHER), ranked("weather forecasts"));
        assertEquals(List.of(FLIGHTS), ranked("any connection from this airport?"));
        assertEquals(List.of(INVOICE), ranked("INVOICES"));
        assertEquals(List.of(), ranked("zebra"));
        assertEquals(List.of(), ranked(""));
    }

    @Test
    void findsByAllThatASchemaSays() {
        assertEquals(List.of(WEATHER), ranked("in fahrenheit"));
        assertEquals(List.of(FLIGHTS), ranked("one stopover"));
        assertEquals(List.of(FLIGHTS), ranked("my loyalty"));
        assertEquals(List.of(FLIGHTS), ranked("frequent"));
        var without = ToolIndex.withoutParameters(FEW);
        for (String request : List.of("fahrenheit", "stopover", "loyalty", "frequent")) {
            assertEquals(List.of(), ranked(without, request));
        }
    }

    @Test
    void findsByOtherWords() {
        assertEquals(List.of(MOVIES), ranked("a good movie"));
        assertEquals(List.of(FLIGHTS), ranked("planes"));
    }

    @Test
    void theWordItselfCountsMoreThanAnotherOfTheSameMeaning() {
        var film = tool("a", "about film", "{}");
        var movie = tool("b", "about movie", "{}");
        assertEquals(List.of(film, movie), ranked(ToolIndex.of(List.of(movie, film)), "film"));
        assertEquals(List.of(movie, film), ranked(ToolIndex.of(List.of(film, movie)), "movie"));
    }

    @Test
    void aNameCountsMoreThanADescriptionAndRareWordsMoreThanFrequent() {
        var named = tool("zebra", "about animals", "{}");
        var described = tool("other", "about a zebra", "{}");
        var index = ToolIndex.of(List.of(described, named));
        assertEquals(List.of(named, described), ranked(index, "zebra"));

        var tools = new ArrayList<ToolDefinition>();
        for (int i = 0; i < 9; i++) {
            tools.add(tool("t" + i, "common", "{}"));
        }
        var rare = tool("rare", "seldom", "{}");
        tools.add(rare);
        assertEquals(rare, ranked(ToolIndex.of(tools), "common seldom").getFirst());
    }

    @Test
    void ofEqualsTheEarlierIsFirstAndNoMoreComeThanWanted() {
        var tools = new ArrayList<ToolDefinition>();
        for (int i = 0; i < 20; i++) {
            tools.add(tool("t" + i, "alike", "{}"));
        }
        var ranked = ToolIndex.of(tools).rank("alike", 7);
        assertEquals(tools.subList(0, 7), ranked.stream().map(ToolIndex.Ranked::tool).toList());
        assertTrue(ToolIndex.of(tools).rank("alike", 0).isEmpty());
    }

    @Test
    void aNameStandsForOneTool() {
        var twice = List.of(WEATHER, FLIGHTS, WEATHER);
        var wrong = assertThrows(IllegalArgumentException.class, () -> ToolIndex.of(twice));
        assertEquals("two tools have the name get_weather", wrong.getMessage());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"properties\": []}",
                "{\"properties\": {\"a\": null, \"b\": true, \"c\": 1, \"d\": \"x\"}}",
                "{\"properties\": {\"a\": {\"description\": 7, \"enum\": \"x\", \"items\": [1]}}}",
                "{\"properties\": {\"a\": {\"enum\": [1, null, {}], \"anyOf\": {\"x\": 1}}}}",
                "{\"anyOf\": [1, null, []], \"items\": 3}"
            })
    void aSchemaThatIsNoneIsNotLookedAt(String schema) {
        var odd = tool("odd", "a zebra", schema);
        assertEquals(List.of(odd), ranked(ToolIndex.of(List.of(odd)), "zebra"));
    }

    @Test
    void deepAndLongDefinitionsAreReadInPart() {
        String deep = "{\"properties\": {\"end\": {}}}";
        for (int i = 0; i < 150; i++) {
            deep = "{\"properties\": {\"a\": " + deep + "}}";
        }
        var index =
                ToolIndex.of(
                        List.of(
                                tool("deep", "alpha", deep),
                                tool("long", "word ".repeat(1 << 20) + "omega", "{}")));
        assertEquals(1, index.rank("alpha", 10).size());
        assertEquals(1, index.rank("word", 10).size());
        assertEquals(0, index.rank("end omega", 10).size());
        assertEquals(0, index.rank(" ".repeat(1 << 20) + "alpha", 10).size());
    }

    @Test
    void noToolsAreFoundAmongNone() {
        assertEquals(List.of(), ranked(ToolIndex.of(List.of()), "weather"));
    }
}
