package dev.vivace.select;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class SelectorOptionsTest {
    private static final Duration HOUR = Duration.ofHours(1);

    @Test
    void defaults() {
        assertEquals(
                new SelectorOptions(
                        50,
                        10,
                        128,
                        0.1,
                        1,
                        1_000,
                        HOUR,
                        Duration.ofMinutes(5),
                        HOUR,
                        10_000,
                        HOUR),
                SelectorOptions.DEFAULTS);
    }

    @Test
    void whatIsOutOfRangeIsNamed() {
        var defaults = SelectorOptions.DEFAULTS;
        refused("whole is 0, but must be from 1 to 1000", () -> defaults.withTools(0, 1, 128));
        refused("top is 6, but must be from 1 to 5", () -> defaults.withTools(5, 6, 128));
        refused("most is 4, but must be from 5 to 10000", () -> defaults.withTools(5, 5, 4));
        refused(
                "exploration is NaN, but must be from 0 to 1",
                () -> defaults.withExploration(Double.NaN, 1));
        refused(
                "queryTtl is PT0S, but must be positive",
                () ->
                        new SelectorOptions(
                                50, 10, 128, 0, 1, 1, Duration.ZERO, HOUR, HOUR, 1, HOUR));
    }

    private static void refused(String message, Runnable what) {
        var wrong = assertThrows(IllegalArgumentException.class, what::run);
        assertEquals(message, wrong.getMessage());
    }
}
