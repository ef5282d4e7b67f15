package dev.vivace.config;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NamesTest {
    @ParameterizedTest
    @CsvSource({"'', '', 0", "ttl, tll, 1", "'', abc, 3", "kitten, sitting, 3", "max, mx, 1"})
    void countsLetters(String a, String b, int distance) {
        assertEquals(distance, Names.distance(a, b));
        assertEquals(distance, Names.distance(b, a));
    }

    @Test
    void findsTheNearestOrNone() {
        List<String> names = List.of("batch-items", "batch-tokens", "batch-wait");
        assertEquals(Optional.of("batch-items"), Names.nearest("batchItems", names));
        assertEquals(Optional.of("batch-wait"), Names.nearest("BATCH_WAIT", names));
        assertEquals(Optional.empty(), Names.nearest("colour", names));
        assertEquals(Optional.empty(), Names.nearest("batch-items".repeat(1_000), names));
    }
}
