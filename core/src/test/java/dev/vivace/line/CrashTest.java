package dev.vivace.line;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

final class CrashTest {
    @Test
    void itSaysWhatAndWhereFromWhereAndNotTheMessage() {
        String said = Crash.describe(new IllegalStateException("secret"));
        assertTrue(said.startsWith("java.lang.IllegalStateException at dev.vivace.line."), said);
        assertEquals(8, said.split(", ", -1).length, said);
        assertTrue(!said.contains("secret") && !said.contains("\n"), said);
    }

    @Test
    void aTraceMayBeMissing() {
        var bare = new IllegalStateException();
        bare.setStackTrace(new StackTraceElement[0]);
        assertEquals("java.lang.IllegalStateException at ", Crash.describe(bare));
    }
}
