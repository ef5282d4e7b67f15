package dev.vivace.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ProgressTest {
    private final AtomicLong clock = new AtomicLong(5);
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    private Progress progress(boolean terminal, long total) {
        var out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
        return new Progress(out, terminal, clock::get, "target", total);
    }

    private void seconds(double s) {
        clock.addAndGet((long) (s * TimeUnit.SECONDS.toNanos(1)));
    }

    private String text() {
        return bytes.toString(StandardCharsets.UTF_8);
    }

    @Test
    void aTerminalHasOneLineThatIsDrawnAnew() {
        try (var progress = progress(true, 8)) {
            seconds(1);
            progress.step();
            seconds(1);
            progress.step();
            assertFalse(text().contains("\n"));
        }
        assertTrue(
                text().contains("\rtarget: [###---------------------] 1 of 8, 1.0/s, 7 s left"),
                text());
        assertTrue(text().contains("2 of 8, 1.0/s, 6 s left"), text());
        assertTrue(text().endsWith(System.lineSeparator()));
    }

    @Test
    void elsewhereThereIsAPlainLineNowAndThen() {
        try (var progress = progress(false, 1000)) {
            for (var i = 0; i < 100; i++) {
                seconds(0.1);
                progress.step();
            }
        }
        assertEquals(
                java.util.List.of(
                        "target: 30 of 1,000, 10.0/s, 1 min 37 s left",
                        "target: 60 of 1,000, 10.0/s, 1 min 34 s left",
                        "target: 90 of 1,000, 10.0/s, 1 min 31 s left",
                        "target: 100 of 1,000, 10.0/s, 1 min 30 s left"),
                text().lines().toList());
    }

    @Test
    void nothingToDo() {
        progress(false, 0).close();
        assertTrue(text().startsWith("target: 0 of 0"), text());
    }
}
