package dev.vivace.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class WholeEventsTest {
    private static final String STREAM =
            ": a comment\n\n"
                    + Chat.piece("a")
                    + "event: x\r\ndata: {\"b\":1}\r\n\r\n"
                    + "event: y\rdata: {\"c\":1}\r\rdata: {\"d\":1}\r\r"
                    + Chat.DONE;

    @Test
    void eventsWhereverReadsEnd() {
        var random = new SplittableRandom(7);
        for (int run = 0; run < 500; run++) {
            var events = new WholeEvents();
            var out = new StringBuilder();
            int at = 0;
            while (at < STREAM.length()) {
                int to = Math.min(STREAM.length(), at + random.nextInt(1, 60));
                String ready = text(events.with(bytes(STREAM.substring(at, to))));
                assertTrue(
                        ready.isEmpty()
                                || ready.endsWith("\n\n")
                                || ready.endsWith("\n\r\n")
                                || ready.endsWith("\r\r"),
                        "seed 7, run " + run + ": " + ready);
                out.append(ready);
                at = to;
            }
            assertEquals(STREAM, out.toString(), "seed 7, run " + run);
            assertEquals(0, events.rest().length);
        }
    }

    @Test
    void theUsualReadIsNotCopied() {
        byte[] read = bytes(STREAM);
        assertSame(read, new WholeEvents().with(read));
    }

    @Test
    void linesCanEndWithCarriageReturns() {
        var events = new WholeEvents();
        assertEquals("data: a\r\r", text(events.with(bytes("data: a\r\rdata: b\r"))));
        assertEquals("data: b\r\r", text(events.with(bytes("\r"))));
    }

    @Test
    void whatHasNoEndIsHeldWithinBounds() {
        var events = new WholeEvents();
        assertEquals("a\n\n", text(events.with(bytes("a\n\nhalf"))));
        assertEquals("half", text(events.rest()));
        byte[] read = new byte[1 << 10];
        int came = 0;
        for (int i = 0; i < 200; i++) {
            came += events.with(read).length;
            assertTrue(events.rest().length <= WholeEvents.MOST);
        }
        assertEquals(200 * read.length + 4, came + events.rest().length);
    }

    @Test
    void theBeginningOfTheLastEventIsRememberedIfItIsTooLongToBeHeld() {
        String event = "event: long\ndata: {" + " ".repeat(3 * WholeEvents.MOST) + "}\n\n";
        var random = new SplittableRandom(8);
        for (int run = 0; run < 50; run++) {
            var events = new WholeEvents();
            String stream = "data: a\n\n" + event + event.replace("long", "last");
            for (int at = 0; at < stream.length(); ) {
                int to = Math.min(stream.length(), at + random.nextInt(1, 50_000));
                events.with(bytes(stream.substring(at, to)));
                at = to;
            }
            String found = text(events.beginningOfLast());
            assertTrue(found.startsWith("event: last\ndata: {"), "seed 8, run " + run);
            events.with(bytes("data: b\n\n"));
            assertEquals(0, events.beginningOfLast().length, "seed 8, run " + run);
            events.with(bytes(event.substring(0, event.length() - 9)));
            assertEquals(0, events.beginningOfLast().length, "it has not ended");
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    private static String text(byte[] bytes) {
        return new String(bytes, UTF_8);
    }
}
