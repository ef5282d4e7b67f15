package dev.vivace.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ChildTest {
    private static final Duration LONG = Duration.ofSeconds(30);

    private final Workspace workspace = new Workspace();

    @AfterEach
    void clean() {
        workspace.close();
    }

    private Child shell(String script) {
        return Child.start("child", workspace.file("log"), List.of("sh", "-c", script));
    }

    @Test
    void endsWithAllItsDescendants() throws Exception {
        var child = shell("sleep 300 & sleep 300 & echo http://127.0.0.1:77; wait");
        child.awaitPort(0, LONG);
        var descendants = child.handle().descendants().toList();
        assertEquals(2, descendants.size());
        child.close();
        for (var process : descendants) {
            process.onExit().get(30, TimeUnit.SECONDS);
        }
        assertFalse(child.handle().isAlive());
    }

    @Test
    void findsItsPortAndNotThatOfItsUpstream() {
        try (var child =
                shell("echo to http://127.0.0.1:9/v1; echo on http://127.0.0.1:8; sleep 300")) {
            assertEquals(8, child.awaitPort(9, LONG));
        }
    }

    @Test
    void saysWhyThereIsNone() {
        try (var child = shell("echo no such option; exit 3")) {
            var failure = assertThrows(BenchException.class, () -> child.awaitPort(0, LONG));
            assertEquals("child ended with 3: no such option", failure.getMessage());
        }
        try (var child = shell("sleep 300")) {
            assertThrows(BenchException.class, () -> child.awaitPort(0, Duration.ofMillis(20)));
        }
    }

    @Test
    void whatItUsesIsCounted() {
        assumeTrue(ProcFs.isThere(), "no /proc");
        assertEquals(77, ProcFs.ticks("12 (a (b) c) S 1 2 3 4 5 6 7 8 9 10 70 7 0 0 20"));
        try (var child =
                shell(
                        "(i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done; echo http://x:1; sleep 300) & wait")) {
            child.awaitPort(0, LONG);
            assertTrue(ProcFs.cpuMicros(child.handle()) > 0);
            assertTrue(ProcFs.residentBytes(child.handle()) > 500_000);
        }
    }

    @Test
    void theWorkspaceGoesWithAllThatIsInIt() {
        workspace.write("folder/file", "x");
        workspace.close();
        assertFalse(Files.exists(workspace.file("")));
    }
}
