package dev.vivace.answer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class HeadTest {
    private static Head of(String type) {
        return new Head(200, List.of(new Header("x", "y"), new Header("Content-Type", type)));
    }

    @Test
    void itsTypeSaysWhetherItIsAStream() {
        assertTrue(of("text/event-stream").streamed());
        assertTrue(of("Text/Event-Stream; charset=utf-8").streamed());
        assertFalse(of("text/event").streamed());
        assertFalse(of("application/json").streamed());
        assertFalse(new Head(200, List.of()).streamed());
    }

    @Test
    void theFirstHeaderOfANameCounts() {
        var head = new Head(200, List.of(new Header("A", "1"), new Header("a", "2")));
        assertEquals(Optional.of("1"), head.header("a"));
        assertEquals(Optional.empty(), head.header("b"));
    }
}
