package dev.vivace.replay;

import dev.vivace.config.Config;
import dev.vivace.gateway.Gateway;
import dev.vivace.replay.DemoReport.Check;
import dev.vivace.simulator.Simulator;
import dev.vivace.simulator.SimulatorOptions;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * Shows what a gateway does, in one process: the same agents, once directly at a simulated model
 * and once through a gateway at another one, which has the same seed and an empty prefix cache. The
 * gateway and what is behind it run on until this is closed.
 */
public final class Demo implements AutoCloseable {
    private static final Duration TIMEOUT = Duration.ofMinutes(2);
    private static final Duration LEDGER_PATIENCE = Duration.ofSeconds(5);

    private final double timeScale;
    private final SimulatorOptions options;
    private final Play play;
    private final Simulator upstream;
    private final Gateway gateway;

    private Demo(int port, double timeScale, DemoScript script, Path scriptFile) {
        this.timeScale = timeScale;
        var lanes = new DemoWorkload(script, timeScale).lanes();
        this.play = Play.of(lanes, lanes.size(), OptionalDouble.empty());
        this.options =
                SimulatorOptions.defaults()
                        .withScripts(List.of(scriptFile))
                        .withTimeScale(timeScale);
        this.upstream = Simulator.start(options);
        try {
            this.gateway =
                    Gateway.start(
                            Config.proxyTo(upstream.address().resolve("/v1"), Optional.empty())
                                    .withServer(new Config.Server("127.0.0.1", port)));
        } catch (RuntimeException e) {
            upstream.close();
            throw e;
        }
    }

    /**
     * Starts the model and the gateway.
     *
     * @param port of the gateway; 0 picks a free one
     * @param timeScale factor on the simulated model's times, 0 or more
     * @throws dev.vivace.gateway.GatewayException if the gateway cannot listen there
     * @throws ReplayException if the script cannot be laid out in the folder for temporary files
     */
    public static Demo start(int port, double timeScale) {
        var script = DemoScript.load();
        try {
            var file = Files.createTempFile("vivace-demo", ".json");
            try {
                Files.writeString(file, Json.MAPPER.writeValueAsString(script.all()));
                return new Demo(port, timeScale, script, file);
            } finally {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new ReplayException("cannot write a temporary file: " + e.getMessage());
        }
    }

    /** The dashboard's address. */
    public URI dashboard() {
        return gateway.address();
    }

    /** Lets the agents work, first directly and then through the gateway. */
    public DemoReport run() throws InterruptedException {
        var expected = new Answers(play.calls());
        var got = new Answers(play.calls());
        Side baseline;
        try (var direct = Simulator.start(options);
                var endpoint = endpoint(direct.address())) {
            baseline = counted(play.at(endpoint, "directly", expected), endpoint);
        }
        try (var behind = endpoint(upstream.address());
                var endpoint = endpoint(gateway.address())) {
            var answered = play.at(endpoint, "through Vivace", got);
            var book = ledger(endpoint, play.calls() + answered.gaveUp());
            var target = counted(answered, behind);
            var report =
                    new Report(
                            what(),
                            play.calls(),
                            OptionalInt.of(got.equal(expected)),
                            got.asRecorded(),
                            Optional.of(baseline),
                            target,
                            notes(baseline));
            return new DemoReport(
                    report, book.earnings(), checks(report, book, count(behind)), dashboard());
        }
    }

    private static Endpoint endpoint(URI root) {
        return new Endpoint(root.resolve("/v1"), Optional.empty(), TIMEOUT);
    }

    private static Side counted(Side side, Endpoint simulator) {
        return side.counted(count(simulator));
    }

    private static UpstreamCount count(Endpoint simulator) {
        return UpstreamCount.at(simulator)
                .orElseThrow(() -> new IllegalStateException("the simulator gives no count"));
    }

    /** The ledger is written after the answer, so its last entries may be a moment late. */
    private static LedgerBook ledger(Endpoint gateway, long expected) throws InterruptedException {
        var deadline = System.nanoTime() + LEDGER_PATIENCE.toNanos();
        var path = "/admin/ledger?limit=" + (expected + 100);
        while (true) {
            var book = gateway.document(path).map(LedgerBook::of).orElse(new LedgerBook(List.of()));
            if (book.entries().size() >= expected || System.nanoTime() > deadline) {
                return book;
            }
            Thread.sleep(20);
        }
    }

    private List<Check> checks(Report report, LedgerBook book, UpstreamCount seen) {
        var checks = new ArrayList<Check>();
        var equal = report.answersEqual().orElse(0);
        checks.add(
                new Check(
                        "the answers are the same both ways, byte for byte",
                        equal == report.calls(),
                        String.format(Locale.ROOT, "%,d of %,d", equal, report.calls())));
        checks.add(
                new Check(
                        "the ledger's tokens are those that the upstream counted",
                        book.bought().equals(seen.usage()),
                        text(book.bought()) + "; upstream " + text(seen.usage())));
        checks.add(
                new Check(
                        "the ledger's cost is what the upstream charged",
                        Math.abs(book.costUsd() - seen.costUsd()) < 1e-7,
                        String.format(
                                Locale.ROOT,
                                "%.6f; upstream %.6f US dollars",
                                book.costUsd(),
                                seen.costUsd())));
        return checks;
    }

    private static String text(Usage u) {
        return String.format(
                Locale.ROOT,
                "%,d fresh, %,d cached, %,d output",
                u.fresh(),
                u.cached(),
                u.output());
    }

    private String what() {
        return String.format(
                Locale.ROOT,
                "%,d calls of %,d agents at one time, on a simulated model",
                play.calls(),
                play.lanes().size());
    }

    private List<String> notes(Side baseline) {
        var notes = new ArrayList<String>();
        notes.add(
                timeScale == 1
                        ? "latencies are measured; the model's own share of them is the simulator's"
                                + " published model of time"
                        : "latencies are measured, with the simulated model's times multiplied by "
                                + timeScale);
        notes.add(
                "calls and tokens are the simulator's own count; cost is computed from its prices");
        if (baseline.gaveUp() > 0) {
            notes.add("one agent loses its patience and asks again; it pays twice either way");
        }
        return notes;
    }

    @Override
    public void close() {
        gateway.close();
        upstream.close();
    }
}
