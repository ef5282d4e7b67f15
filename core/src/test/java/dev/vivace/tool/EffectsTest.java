package dev.vivace.tool;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class EffectsTest {
    @Test
    void whatIsFeltOutsideKeepsItsOrderWhateverElseItDoes() {
        var one = new Effects(List.of(), List.of(Resource.of("table", "a")), true);
        var other = new Effects(List.of(), List.of(Resource.of("table", "b")), true);
        var inside = Effects.write(Resource.of("table", "b"));
        assertTrue(one.conflicts(other));
        assertTrue(one.conflicts(Effects.outside()));
        assertFalse(one.conflicts(inside));
        assertTrue(other.conflicts(inside));
    }

    @Test
    void whoReadsOrWritesNothingIsTold() {
        assertThrows(IllegalArgumentException.class, () -> Effects.read());
        assertThrows(IllegalArgumentException.class, () -> Effects.write());
    }

    @Test
    void whatLeadsUpBeyondTheBeginningIsAllFiles() {
        var above = Resource.file("../x");
        assertTrue(above.overlaps(Resource.file("a")));
        assertTrue(above.overlaps(Resource.file("/etc")));
        assertTrue(Resource.file("a/../../b").overlaps(Resource.file("/c")));
        assertFalse(Resource.file("/../x").overlaps(Resource.file("/y")));
        assertFalse(Resource.file("a/../b").overlaps(Resource.file("c")));
    }
}
