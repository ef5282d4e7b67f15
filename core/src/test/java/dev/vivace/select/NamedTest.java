package dev.vivace.select;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vivace.select.Named.Place;
import java.util.List;
import org.junit.jupiter.api.Test;

class NamedTest {
    private static final ToolIndex INDEX =
            ToolIndex.of(
                    List.of(
                            Corpus.tool("search", "finds", "{}"),
                            Corpus.tool("get_weather", "finds weather", "{}"),
                            Corpus.tool("files.read", "", "{}"),
                            Corpus.tool("now", "", "{}")));

    private static List<Integer> named(String request) {
        float[] lexical = INDEX.scores(ToolIndex.terms(request));
        return Named.in(request, INDEX, lexical).places().stream().map(Place::tool).toList();
    }

    @Test
    void seesNamesAmongWords() {
        assertEquals(List.of(1), named("call get_weather, then answer"));
        assertEquals(List.of(1), named("call `get_weather`."));
        assertEquals(List.of(1), named("...get_weather..."));
        assertEquals(List.of(1, 2), named("get_weather or files.read?"));
        assertEquals(List.of(2), named("files.read. And files.read"));
        assertEquals(List.of(), named("get_weathers getWeather get weather"));
    }

    @Test
    void aPlainWordIsANameOnlyAlone() {
        assertEquals(List.of(), named("search for it now"));
        assertEquals(List.of(0), named(" search "));
        assertEquals(List.of(3), named("now"));
    }

    /** "now" is a word that says nothing, and yet all that there is of the tool. */
    @Test
    void whatIsNamedIsFound() {
        float[] lexical = INDEX.scores(ToolIndex.terms("now"));
        assertEquals(0, lexical[3]);
        assertEquals(new Place(3, 0), Named.in("now", INDEX, lexical).places().getFirst());
        assertTrue(lexical[3] > 0);
    }

    @Test
    void movesUpAndNeverDown() {
        var second = new Named(List.of(new Place(9, 1)));
        assertArrayEquals(new int[] {1, 9, 2, 3}, second.keepPlaces(new int[] {1, 2, 3, 9}));
        assertArrayEquals(new int[] {1, 9, 2, 3}, second.keepPlaces(new int[] {1, 2, 3, 4}));
        assertArrayEquals(new int[] {9, 1, 2}, second.keepPlaces(new int[] {9, 1, 2}));
        assertArrayEquals(new int[] {5}, second.keepPlaces(new int[] {5}));
        assertArrayEquals(new int[0], second.keepPlaces(new int[0]));
    }

    @Test
    void noMoreThanAFewAreNamed() {
        var tools = Corpus.many(60);
        var index = ToolIndex.of(tools);
        String all = String.join(" ", Corpus.names(tools));
        float[] lexical = index.scores(ToolIndex.terms(all));
        assertEquals(8, Named.in(all, index, lexical).places().size());
    }

    @Test
    void noneThatIsNamedMovesDownAnother() {
        // In the order of the request, not of their places.
        var two = new Named(List.of(new Place(8, 1), new Place(9, 0)));
        assertArrayEquals(new int[] {9, 8, 1, 2}, two.keepPlaces(new int[] {1, 2, 8, 9}));
        assertArrayEquals(new int[] {9, 8}, two.keepPlaces(new int[] {1, 2}));
        assertArrayEquals(new int[] {9, 8, 1}, two.keepPlaces(new int[] {8, 1, 9}));
        assertArrayEquals(
                new int[] {8, 9, 1},
                new Named(List.of(new Place(9, 1), new Place(8, 0)))
                        .keepPlaces(new int[] {1, 9, 2}));
    }

    @Test
    void whatIsNamedHasAPlaceOfItsOwn() {
        // "now" and "files.read" say nothing else, and are named in this order.
        float[] lexical = new float[4];
        var places = Named.in("files.read/now get_weather, files.read", INDEX, lexical).places();
        assertEquals(
                places.size(), places.stream().map(Place::place).distinct().count(), "" + places);
    }
}
