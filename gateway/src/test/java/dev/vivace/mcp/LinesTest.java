package dev.vivace.mcp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LinesTest {
    private static List<String> lines(String text, int longest) throws IOException {
        var lines = new Lines(new ByteArrayInputStream(text.getBytes(UTF_8)), longest);
        var all = new ArrayList<String>();
        for (Lines.Line line = lines.next(); line != null; line = lines.next()) {
            all.add(new String(line.bytes(), UTF_8) + (line.cut() ? "..." : ""));
        }
        return all;
    }

    @Test
    void endWithEitherEnd() throws IOException {
        assertEquals(List.of("a", "", "b", "c"), lines("a\r\n\nb\nc", 9));
        assertEquals(List.of(), lines("", 9));
    }

    @Test
    void whatIsTooLongIsCutAndTheNextIsWhole() throws IOException {
        assertEquals(List.of("aaa...", "bbb", "c"), lines("aaaa\nbbb\nc", 3));
        String big = "x".repeat(40_000);
        assertEquals(List.of(big, "y"), lines(big + "\ny", 40_000));
        assertEquals(List.of(big.substring(1) + "...", "y"), lines(big + "\ny", 39_999));
    }

    private static List<String> events(String text, int longest) throws IOException {
        var events = new Events(new ByteArrayInputStream(text.getBytes(UTF_8)), longest);
        var all = new ArrayList<String>();
        for (Events.Event event = events.next(); event != null; event = events.next()) {
            all.add(new String(event.data(), UTF_8) + (event.cut() ? "..." : ""));
        }
        all.add("last " + events.lastId());
        return all;
    }

    @Test
    void eventsAreMessagesUnlessTheySayOtherwise() throws IOException {
        assertEquals(
                List.of("a", "b\nc", "last 7"),
                events(
                        ":\n\ndata: a\n\nevent: other\ndata: x\n\nid: 7\ndata:b\ndata: c\n\ndata: never ended",
                        9));
        assertEquals(List.of("ab...", "ok", "last "), events("data: abc\n\ndata: ok\n\n", 2));
        assertEquals(List.of("a\nb...", "last "), events("data: a\ndata: bc\n\n", 3));
        assertEquals(List.of("\n\n\n...", "last "), events("data:\n".repeat(99) + "\n", 3));
    }

    @Test
    void theIdOfAnEventThatNeverEndedDoesNotCount() throws IOException {
        assertEquals(
                List.of("a", "last 1"), events("id: 1\ndata: a\n\nid: 2\ndata: never ended", 99));
        assertEquals(List.of("last 3"), events("id: 3\ndata:\n\n", 99));
        assertEquals(List.of("last "), events("id: " + "x".repeat(2_000) + "\n\n", 9_999));
        var events =
                new Events(
                        new ByteArrayInputStream("retry: 50\n\nretry: x\n\n".getBytes(UTF_8)), 9);
        assertEquals(null, events.next());
        assertEquals(Optional.of(Duration.ofMillis(50)), events.retry());
    }

    @Test
    void theIdOfABrokenMessageIsFoundWhereItStands() {
        assertEquals(
                Optional.of(7L),
                MessageId.of("{\"jsonrpc\":\"2.0\",\"id\":7,\"resu".getBytes(UTF_8)));
        assertEquals(
                Optional.of("a"), MessageId.of("{\"x\":{\"id\":1},\"id\":\"a\",".getBytes(UTF_8)));
        assertEquals(Optional.empty(), MessageId.of("{\"result\":{\"content\":[}".getBytes(UTF_8)));
        assertEquals(Optional.empty(), MessageId.of("Welcome!".getBytes(UTF_8)));
    }
}
