package dev.vivace.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UnitsTest {
    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "1, 1",
        "1023, 1023",
        "64KB, 65536",
        "256MB, 268435456",
        "1GB, 1073741824",
        "1536KB, 1572864",
        "9223372036854775807, 9223372036854775807"
    })
    void sizes(String text, long bytes) {
        assertEquals(bytes, Units.parseBytes(text));
        assertEquals(text, Units.printBytes(bytes));
    }

    @Test
    void sizesInAnotherUnitThanTheyArePrintedIn() {
        assertEquals("1GB", Units.printBytes(Units.parseBytes("1024MB")));
        assertEquals("64KB", Units.printBytes(Units.parseBytes("65536")));
        assertEquals(0, Units.parseBytes("0GB"));
        assertEquals("-1MB", Units.printBytes(-1 << 20));
    }

    @ParameterizedTest
    @CsvSource({
        "0, PT0S",
        "500us, PT0.0005S",
        "2ms, PT0.002S",
        "30s, PT30S",
        "5m, PT5M",
        "1h, PT1H",
        "1d, PT24H",
        "90m, PT1H30M",
        "1ns, PT0.000000001S",
        "106751991167d, PT2562047788008H"
    })
    void durations(String text, Duration duration) {
        assertEquals(duration, Units.parseDuration(text));
        assertEquals(text, Units.printDuration(duration));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "MB",
                "-1MB",
                "1.5GB",
                "1 GB",
                " 1",
                "1mb",
                "1Mb",
                "1TB",
                "1KiB",
                "0x10",
                "1e3",
                "9223372036854775808",
                "9007199254740992GB",
                "99999999999999999999999",
                "１MB",
                "1\n"
            })
    void notSizes(String text) {
        var e = assertThrows(IllegalArgumentException.class, () -> Units.parseBytes(text));
        assertTrue(String.valueOf(e.getMessage()).contains(text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "1",
                "soon",
                "s",
                "-1s",
                "1.5h",
                "1 h",
                "1S",
                "1w",
                "1h30m",
                "PT1H",
                "9223372036854775807d",
                "99999999999999999999999s",
                "１s"
            })
    void notDurations(String text) {
        var e = assertThrows(IllegalArgumentException.class, () -> Units.parseDuration(text));
        assertTrue(String.valueOf(e.getMessage()).contains(text));
    }

    @Test
    void whatIsPrintedIsParsedAgain() {
        long seed = 20260101;
        var random = new Random(seed);
        for (int i = 0; i < 10_000; i++) {
            long number = random.nextLong() >>> (1 + random.nextInt(62));
            assertEquals(number, Units.parseBytes(Units.printBytes(number)), "seed " + seed);
            Duration duration = Duration.ofNanos(number);
            assertEquals(
                    duration, Units.parseDuration(Units.printDuration(duration)), "seed " + seed);
        }
    }

    @Test
    void aDurationThatNoUnitHoldsIsStillPrinted() {
        assertEquals(
                Duration.ofSeconds(Long.MAX_VALUE, 1).toString(),
                Units.printDuration(Duration.ofSeconds(Long.MAX_VALUE, 1)));
    }
}
