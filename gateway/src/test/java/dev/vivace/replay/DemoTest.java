package dev.vivace.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class DemoTest {
    /**
     * The crew asks three questions five times, and the restarted agent three once more: fifteen
     * calls that the gateway answers itself. Whether it joins them or has them stored depends on
     * who comes when.
     */
    @Test
    void theGatewayAnswersWhatItCanAndNothingElse() throws Exception {
        try (var demo = Demo.start(0, 0)) {
            var report = demo.run();
            var both = report.report();
            assertTrue(report.good(), () -> String.join("\n", report.text()));
            assertFalse(both.failed(), () -> String.join("\n", report.text()));
            assertEquals(both.calls(), both.answersEqual().orElseThrow());
            var answeredByUs =
                    report.earnings().stream()
                            .filter(e -> Set.of("exact cache", "join").contains(e.stage()))
                            .mapToLong(LedgerBook.Earning::calls)
                            .sum();
            assertEquals(15, answeredByUs, report.earnings().toString());
            // The recording has no vectors: three indexing agents and the queries.
            assertEquals(3 * 3 + 12, both.calls() - both.asRecorded());
            var direct = both.baseline().orElseThrow();
            assertEquals(both.calls(), direct.upstreamCalls());
            assertTrue(both.target().upstreamCalls() <= both.calls() - 15);
            assertTrue(both.target().usage().output() < direct.usage().output());
            assertTrue(String.join("\n", report.text()).contains("byte for byte"));
            assertEquals(
                    demo.dashboard().toString(), report.json().path("dashboard").stringValue());
        }
    }
}
