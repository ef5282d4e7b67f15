package dev.vivace.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

class ReportTest {
    private static final Row CPU_8 = new Row(Metric.CPU, 8);
    private static final Row HIT_8 = new Row(Metric.HIT_CPU, 8);
    private static final Machine MACHINE = new Machine("today", "cpu", 2, "os", "jdk", "wrk");

    private final Results results = new Results();

    private Optional<Boolean> reached(Row row) {
        return row.target().orElseThrow().reached(results, row);
    }

    @Test
    void theMedianOfTheRoundsCounts() {
        assertEquals(2, Results.median(List.of(9.0, 1.0, 2.0)));
        assertEquals(1.5, Results.median(List.of(2.0, 1.0)));
    }

    @Test
    void comparesWithTheFloorAtAsManyConnections() {
        results.add(CPU_8, VivaceRival.NAME, 40);
        assertEquals(Optional.empty(), reached(CPU_8));
        results.add(CPU_8, NginxRival.NAME, 20);
        assertEquals(Optional.of(true), reached(CPU_8));
        results.add(CPU_8, VivaceRival.NAME, 41);
        assertEquals(Optional.of(false), reached(CPU_8));
        results.add(HIT_8, VivaceRival.NAME, 20);
        assertEquals(Optional.of(true), reached(HIT_8));
    }

    @Test
    void comparesWithALimitAndWithTheBestRival() {
        var errors = new Row(Metric.LARGE_ERRORS, 1_500);
        results.add(errors, VivaceRival.NAME, 0);
        assertEquals(Optional.of(true), reached(errors));
        var answered = new Row(Metric.LARGE_ANSWERED, 1_500);
        results.add(answered, VivaceRival.NAME, 10);
        results.add(answered, NginxRival.NAME, 99);
        assertEquals(Optional.empty(), reached(answered), "nginx is no AI gateway");
        results.add(answered, "other", 11);
        assertEquals(Optional.of(false), reached(answered));
        var after = new Row(Metric.LARGE_AFTER, 1_500);
        results.add(after, VivaceRival.NAME, 100);
        results.add(new Row(Metric.IDLE, 0), VivaceRival.NAME, 81);
        assertEquals(Optional.of(true), reached(after));
    }

    @Test
    void anotherVersionOfUsIsComparedWithAndIsNoRival() {
        results.add(CPU_8, VivaceRival.NAME, 21);
        results.add(CPU_8, NginxRival.NAME, 10);
        var answered = new Row(Metric.LARGE_ANSWERED, 1_500);
        results.add(answered, VivaceRival.NAME, 10);
        assertTrue(!new Report(MACHINE, results).table().contains("vivace-other"));
        results.add(CPU_8, VivaceRival.OTHER, 20);
        results.add(answered, VivaceRival.OTHER, 11);
        assertEquals(Optional.empty(), reached(answered));
        var line =
                new Report(MACHINE, results)
                        .table()
                        .lines()
                        .filter(row -> row.startsWith(Metric.CPU.label()))
                        .findFirst()
                        .orElseThrow();
        assertTrue(line.matches(".* 2\\.10 +1\\.05 +at most 2 x.*"), line);
    }

    @Test
    void theTableNamesEachOnceAndSaysWhatIsMissed() {
        results.add(CPU_8, NginxRival.NAME, 20);
        results.add(CPU_8, VivaceRival.NAME, 50);
        results.add(new Row(Metric.START, 0), NginxRival.NAME, 12.25);
        results.note("something");
        var lines = new Report(MACHINE, results).table().lines().toList();
        assertTrue(lines.get(2).matches(" +c +vivace +nginx +vivace/nginx +target"), lines.get(2));
        assertTrue(lines.get(3).matches("start.*ms +- +12\\.3 +at most 400 +-"), lines.get(3));
        assertTrue(
                lines.get(4)
                        .matches("CPU.*us +8 +50 +20 +2\\.50 +at most 2 x nginx proxying +MISSED"),
                lines.get(4));
        assertEquals("Note: something", lines.getLast());
    }

    @Test
    void theJsonHoldsEveryRound() {
        results.add(CPU_8, NginxRival.NAME, 20);
        results.add(CPU_8, NginxRival.NAME, 30);
        results.add(CPU_8, VivaceRival.NAME, 50);
        var json = JsonMapper.shared().readTree(new Report(MACHINE, results).json());
        var row = json.at("/rows/0");
        assertEquals("cpu", row.get("metric").asString());
        assertEquals(8, row.get("connections").asInt());
        assertEquals(30, row.at("/rounds/nginx/1").asDouble());
        assertEquals(25, row.at("/median/nginx").asDouble());
        assertTrue(row.get("reached").asBoolean());
        assertEquals("jdk", json.at("/machine/jdk").asString());
    }
}
