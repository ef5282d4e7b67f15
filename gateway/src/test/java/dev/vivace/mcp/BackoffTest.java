package dev.vivace.mcp;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class BackoffTest {
    @Test
    void doublesUpToHalfAMinuteAndBeginsAnewAfterALongRun() {
        var backoff = new Backoff();
        for (int millis :
                new int[] {250, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000}) {
            assertEquals(Duration.ofMillis(millis), backoff.after(Duration.ofSeconds(1)));
        }
        assertEquals(Duration.ofMillis(250), backoff.after(Duration.ofSeconds(31)));
        assertEquals(Duration.ofMillis(500), backoff.after(Duration.ofSeconds(30)));
    }
}
