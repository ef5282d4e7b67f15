package dev.vivace.ledger;

import static dev.vivace.ledger.Entries.entry;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class EntryQueueTest {
    @Test
    void asksForAttentionOnceWhenHalfFull() {
        var asked = new AtomicInteger();
        var queue = new EntryQueue(8, asked::incrementAndGet);
        for (int i = 1; i <= 20; i++) {
            queue.offer(entry("c-" + i));
            assertEquals(i < 4 ? 0 : 1, asked.get());
        }
        assertEquals(12, queue.dropped());
        assertEquals(8, queue.size());
    }

    @Test
    void firstInFirstOut() {
        var queue = new EntryQueue(8, () -> {});
        queue.offer(entry("a"));
        queue.offer(entry("b"));
        assertEquals("a", queue.poll().orElseThrow().id());
        assertEquals("b", queue.poll().orElseThrow().id());
        assertTrue(queue.poll().isEmpty());
        assertEquals(0, queue.size());
    }

    @Test
    void closedItRefusesAndStillGivesWhatItHas() {
        var queue = new EntryQueue(8, () -> {});
        queue.offer(entry("a"));
        queue.close();
        queue.offer(entry("b"));
        assertEquals(1, queue.dropped());
        assertEquals(1, queue.size());
        assertEquals("a", queue.poll().orElseThrow().id());
        assertEquals(0, queue.size());
    }
}
