package dev.vivace.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class LoadTest {
    private static final Duration SHORT = Duration.ofMillis(200);

    @Test
    void countsAnswers() throws Exception {
        try (var mock = MockUpstream.start()) {
            check(new JavaLoad().run(mock.port(), Call.stream(), 4, SHORT));
        }
    }

    @Test
    void countsErrors() {
        var result = new JavaLoad().run(Nginx.freePort(), Call.plain(), 2, SHORT);
        assertEquals(0, result.answered());
        assertTrue(result.errors() > 0);
    }

    @Test
    void wrkCountsTheSame() throws Exception {
        try (var workspace = new Workspace();
                var mock = MockUpstream.start()) {
            var wrk = workspace.find("wrk");
            assumeTrue(wrk.isPresent(), "wrk is not installed");
            var load = new Wrk(wrk.get(), workspace);
            check(load.run(mock.port(), Call.stream(), 4, Duration.ofSeconds(1)));
        }
    }

    @Test
    void readsTheReportOfWrk() {
        assertEquals(
                new Load.Result(57, 3, 2.5, 88.0, 312.5),
                Wrk.parse("Running 1s test\nbench 57 3 2500000 88.0 312.5\n"));
        assertThrows(BenchException.class, () -> Wrk.parse("unable to connect"));
    }

    private static void check(Load.Result result) {
        assertEquals(0, result.errors());
        assertTrue(result.answered() > 0);
        assertTrue(result.perSecond() > 0);
        assertTrue(result.p50Micros() <= result.p99Micros());
    }
}
