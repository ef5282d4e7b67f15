package dev.vivace.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.vivace.command.Console;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GatewayBenchTest {
    private static final Duration SHORT = Duration.ofMillis(50);

    /**
     * The mock upstream in a process of its own, which answers as a gateway in front of it would.
     */
    private record Mock(String name) implements Rival {
        @Override
        public Optional<String> absence(Workspace workspace) {
            return Optional.empty();
        }

        @Override
        public Contender start(Workspace workspace, int upstream) {
            long started = System.nanoTime();
            var command =
                    List.of(
                            ProcessHandle.current().info().command().orElseThrow(),
                            "-XX:+UseSerialGC",
                            "-cp",
                            System.getProperty("java.class.path"),
                            MockUpstream.class.getName());
            var child = Child.start(name, workspace.file(name + started + ".log"), command);
            return Contender.saysWhere(name, started, child, upstream);
        }
    }

    private record Broken() implements Rival {
        @Override
        public String name() {
            return "broken";
        }

        @Override
        public Optional<String> absence(Workspace workspace) {
            return Optional.empty();
        }

        @Override
        public Contender start(Workspace workspace, int upstream) {
            var command = List.of("sh", "-c", "echo out of luck; exit 1");
            var child = Child.start(name(), workspace.file("broken.log"), command);
            return Contender.saysWhere(name(), System.nanoTime(), child, upstream);
        }
    }

    private record Absent() implements Rival {
        @Override
        public String name() {
            return "absent";
        }

        @Override
        public Optional<String> absence(Workspace workspace) {
            return Optional.of("not today");
        }

        @Override
        public Contender start(Workspace workspace, int upstream) {
            throw new AssertionError("it is absent");
        }
    }

    @Test
    void measuresEveryoneWhoIsThereAndLeavesNobodyBehind() {
        assumeTrue(ProcFs.isThere(), "no /proc");
        var groups =
                EnumSet.of(
                        GatewayBench.Group.START,
                        GatewayBench.Group.PLAIN,
                        GatewayBench.Group.STREAM);
        var plan = new GatewayBench.Plan(groups, 2, SHORT, SHORT, SHORT, SHORT);
        List<Rival> rivals =
                List.of(new Mock(VivaceRival.NAME), new Mock("b"), new Broken(), new Absent());
        var progress = new ArrayList<String>();
        Results results;
        try (var workspace = new Workspace()) {
            results =
                    new GatewayBench(plan, rivals, workspace, new JavaLoad(), progress::add).run();
        }
        for (var name : List.of(VivaceRival.NAME, "b")) {
            for (var metric : List.of(Metric.CPU, Metric.STREAM_RATE)) {
                for (int connections : List.of(1, 8, 32)) {
                    assertEquals(2, results.rounds(new Row(metric, connections), name).size());
                }
            }
            assertTrue(results.median(new Row(Metric.START, 0), name).getAsDouble() > 0);
            assertTrue(results.median(new Row(Metric.BUSY, 32), name).getAsDouble() > 1);
            assertTrue(results.median(new Row(Metric.FIRST_CHUNK, 1), name).isPresent());
        }
        assertFalse(results.names().contains("broken"));
        assertTrue(results.notes().contains("absent left out: not today"), results.toString());
        assertTrue(
                results.notes().contains("broken: broken ended with 1: out of luck"),
                results.notes().toString());
        assertTrue(progress.contains("warming up b"));
        assertEquals(0, ProcessHandle.current().children().filter(ProcessHandle::isAlive).count());
    }

    @ParameterizedTest
    @CsvSource({
        "--rival, none, 'the rival ''none'''",
        "--rows, all, '--rows: ''all'' is not'",
        "--seconds, 0, '--seconds is 0'",
        "--rounds, x, '--rounds: ''x'' is not'"
    })
    void refusesWhatItDoesNotUnderstand(String option, String value, String says) {
        var err = new ByteArrayOutputStream();
        var console = new Console(System.out, new PrintStream(err, true));
        assertEquals(2, BenchMain.program().run(console, "gateway", option, value));
        assertTrue(err.toString().contains(says), err.toString());
    }
}
