package dev.vivace.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vivace.bench.FaultCell.Place;
import dev.vivace.bench.FaultVerdict.Kind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(300)
class FaultMatrixTest {
    private static final int CALLS = 32;

    @Test
    void nothingIsLost() throws Exception {
        var results = new FaultMatrix(CALLS, 1).run(row -> {});
        var report = new FaultReport(results, 1);
        System.out.println(report.table());
        assertTrue(report.holds(), report::table);
        assertEquals(
                FaultMatrix.FAULTS.size() * FaultMatrix.RATES.size() * 2 * Place.values().length,
                results.size());
        // Or the faults did not strike, and the table says nothing.
        assertTrue(
                results.stream()
                        .filter(row -> row.cell().place() == Place.ALONE)
                        .filter(row -> row.cell().rate() == 1 && !row.cell().mendable())
                        .allMatch(row -> row.errors() == CALLS),
                report::table);
    }

    @Test
    void whatIsNoAnswerIsLost() {
        String event = "data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\n";
        String last = "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n";
        String done = "data: [DONE]\n\n";
        String error = "data: {\"error\":{\"message\":\"it broke\"}}\n\n";
        assertEquals(Kind.ANSWERED, stream(event + last + done, true).kind());
        assertEquals("a", stream(event + last + done, true).text());
        assertEquals(Kind.ERROR, stream(event + error, false).kind());
        assertEquals(Kind.LOST, stream(event + last + done, false).kind());
        assertEquals(Kind.LOST, stream(event + done, true).kind());
        assertEquals(Kind.LOST, stream(event + error + event, true).kind());
        assertEquals(Kind.LOST, stream(event + "data: {\"id\": \"chatcm\n\n", true).kind());
        assertEquals(Kind.LOST, stream(event, true).kind());
        assertEquals(Kind.LOST, stream("", true).kind());
        assertEquals(Kind.LOST, whole(200, "{\"choices\":[", true).kind());
        assertEquals(Kind.LOST, whole(502, "", true).kind());
        assertEquals(Kind.LOST, whole(502, "{\"error\":{\"message\":\" \"}}", true).kind());
        assertEquals(Kind.ERROR, whole(502, "{\"error\":{\"message\":\"x\"}}", true).kind());
    }

    @Test
    void aRowDoesNotHoldWithOneThatIsLost() {
        var cell = new FaultCell("500", 0.3, true, Place.ALONE);
        var tally = new FaultTally(3, 0.1);
        tally.call(new FaultVerdict(Kind.ERROR, "so"), "so it is");
        assertTrue(tally.result(cell).holds());
        assertFalse(tally.result(new FaultCell("500", 0.3, true, Place.FIRST)).holds());
        tally.call(new FaultVerdict(Kind.LOST, "gone"), "so it is");
        assertFalse(tally.result(cell).holds());
        var differing = new FaultTally(3, 0.1);
        differing.call(new FaultVerdict(Kind.ANSWERED, "so"), "so it is");
        assertFalse(differing.result(cell).holds());
    }

    private static FaultVerdict stream(String body, boolean whole) {
        return FaultVerdict.of(new FaultProbe.Reply(200, body, whole), true);
    }

    private static FaultVerdict whole(int status, String body, boolean whole) {
        return FaultVerdict.of(new FaultProbe.Reply(status, body, whole), false);
    }
}
