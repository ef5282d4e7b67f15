package dev.vivace.answer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SseEventsTest {
    private static List<String> data(String stream) {
        List<String> all = new ArrayList<>();
        SseEvents events = new SseEvents(stream.getBytes(UTF_8));
        while (events.next()) {
            all.add(new String(events.data(), UTF_8) + (events.complete() ? "" : " (cut)"));
        }
        return all;
    }

    @ParameterizedTest
    @ValueSource(strings = {"\n", "\r\n", "\r"})
    void linesEndInThreeWays(String end) {
        String stream =
                """
                : a comment
                data: one

                event: named
                id: 7
                retry: 10
                data:two
                data:  lines
                data

                : only a comment

                event: without data

                data: last

                """
                        .replace("\n", end);
        assertEquals(List.of("one", "two\n lines\n", "last"), data(stream));
    }

    @Test
    void aByteOrderMarkIsNotData() {
        assertEquals(List.of("x"), data("\uFEFFdata: x\n\n"));
    }

    @Test
    void manyLinesAreJoined() {
        assertEquals(List.of("é" + "\né".repeat(999)), data("data: é\n".repeat(1000) + "\n"));
    }

    @Test
    void fieldsAreNotTakenForTheirPrefixes() {
        assertEquals(List.of(), data("dat: x\n\ndatabase: x\n\n data: x\n\n"));
    }

    @Test
    void whatTheEndCutsOffIsSaidToBeCut() {
        String stream = "data: one\n\ndata: two\ndata: 2\n\n";
        for (int length = 0; length <= stream.length(); length++) {
            List<String> found = data(stream.substring(0, length));
            int whole = length == stream.length() ? 2 : length >= "data: one\n\n".length() ? 1 : 0;
            assertEquals(
                    whole,
                    found.stream().filter(d -> !d.endsWith("(cut)")).count(),
                    "cut after " + length);
            assertTrue(found.size() <= whole + 1);
        }
        assertEquals(List.of("one", "two\n2 (cut)"), data("data: one\n\ndata: two\ndata: 2\n"));
    }

    @Test
    void nameRangeAndMarkOfTheEnd() {
        byte[] stream =
                "data: 1\n\n: c\nevent: error\ndata: [DONE]\n\ndata: [DONE] \n\n".getBytes(UTF_8);
        SseEvents events = new SseEvents(stream);
        assertTrue(events.next());
        assertTrue(events.isNamed("") && !events.isDone());
        assertTrue(events.next());
        assertTrue(events.isNamed("error") && events.isDone());
        assertEquals(
                ": c\nevent: error\ndata: [DONE]\n\n",
                new String(stream, events.start(), events.end() - events.start(), UTF_8));
        assertTrue(events.next());
        assertFalse(events.isDone() || events.isNamed("error"));
        assertFalse(events.next());
    }
}
