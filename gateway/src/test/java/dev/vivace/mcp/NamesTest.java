package dev.vivace.mcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class NamesTest {
    @Test
    void haveTheirServerInFront() {
        var names = new Names(List.of());
        assertEquals(Optional.of("files_read-file"), names.of("files", "read-file"));
        assertEquals(Optional.of("files_a_b__c_"), names.of("files", "a.b/ücß".replace("ü", "é")));
    }

    @Test
    void ofTheSameNameTheSecondGetsANumber() {
        var names = new Names(List.of());
        assertEquals(Optional.of("a_b_c"), names.of("a", "b_c"));
        assertEquals(Optional.of("a_b_c_2"), names.of("a_b", "c"));
        assertEquals(Optional.of("a_b_c_3"), names.of("a", "b.c"));
        assertEquals(Optional.of("a_b_c_2"), names.of("a_b", "c"), "a name stays");
    }

    @Test
    void areAlwaysFitAndTheirOwn() {
        long seed = new Random().nextLong();
        var random = new Random(seed);
        var names = new Names(List.of());
        Map<String, String> given = new HashMap<>();
        for (int i = 0; i < 5_000; i++) {
            String server = "s" + random.nextInt(3);
            var tool = new StringBuilder();
            for (int j = random.nextInt(100); j >= 0; j--) {
                tool.append("aaab._-é\n".charAt(random.nextInt(9)));
            }
            String name = names.of(server, tool.toString()).orElseThrow();
            assertTrue(name.matches("[a-zA-Z0-9_-]{1,64}"), () -> name + ", seed " + seed);
            String before = given.put(server + "\0" + tool, name);
            assertTrue(before == null || before.equals(name), () -> name + ", seed " + seed);
        }
        assertEquals(given.size(), new HashSet<>(given.values()).size(), () -> "seed " + seed);
    }

    @Test
    void whoInventsThemForEverGetsNoMore() {
        var names = new Names(List.of());
        for (int i = 0; i < Names.MOST; i++) {
            assertFalse(names.of("s", "t" + i).isEmpty());
        }
        assertEquals(Optional.empty(), names.of("s", "more"));
        assertEquals(Optional.of("s_t7"), names.of("s", "t7"));
        assertEquals(Optional.of("other_t"), names.of("other", "t"));
    }
}
