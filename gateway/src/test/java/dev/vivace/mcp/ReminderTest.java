package dev.vivace.mcp;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class ReminderTest {
    private final Reminder reminder = new Reminder();
    private long now = Long.MAX_VALUE - 5; // such clocks may begin anywhere

    private boolean due(String what, boolean anew) {
        return reminder.due(what, anew, now);
    }

    private void pass(Duration time) {
        now += time.toNanos();
    }

    @Test
    void tellsAtOnceAndThenSeldomer() {
        assertTrue(due("gone", false));
        for (int minutes : new int[] {1, 2, 4, 8, 16, 32, 60, 60}) {
            pass(Duration.ofMinutes(minutes).minusNanos(1));
            assertFalse(due("gone", false), minutes + " min");
            pass(Duration.ofNanos(1));
            assertTrue(due("gone", false), minutes + " min");
        }
    }

    @Test
    void tellsOfWhatIsNewAtOnce() {
        assertTrue(due("gone", false));
        pass(Duration.ofMinutes(1));
        assertTrue(due("gone", false));
        assertTrue(due("late", false), "another reason");
        assertFalse(due("late", false));
        assertTrue(due("late", true), "it was well in between");
        pass(Duration.ofMinutes(1));
        assertTrue(due("late", false), "and begins anew with a minute");
    }
}
