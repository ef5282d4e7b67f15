package dev.vivace.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.vivace.answer.Head;
import dev.vivace.answer.Header;
import dev.vivace.answer.Protocol;
import java.util.List;
import org.junit.jupiter.api.Test;

final class TranslationsTest {
    private static final Head STREAM =
            new Head(200, List.of(new Header("content-type", "text/event-stream")));

    @Test
    void anEventInPartsIsHeldWithinABound() {
        var chat = Translations.of(Protocol.CHAT, true, false);
        byte[] part = "data: ".concat("x".repeat(600_000)).getBytes(UTF_8);
        byte[] nothingYet = chat.translate(STREAM, part, false);
        assertEquals(0, nothingYet == null ? -1 : nothingYet.length);
        assertNull(chat.translate(STREAM, part, false), "more than a megabyte of one event");
    }

    /** Where the caller cannot ask for usage, nothing has to be held to take it out. */
    @Test
    void eventsOfOtherProtocolsGoThroughHoweverLong() {
        byte[] part = "data: ".concat("x".repeat(2_000_000)).getBytes(UTF_8);
        for (Protocol other : List.of(Protocol.RESPONSES, Protocol.MESSAGES)) {
            assertArrayEquals(
                    part, Translations.of(other, true, false).translate(STREAM, part, false));
        }
    }
}
