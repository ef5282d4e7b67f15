package dev.vivace.replay;

import dev.vivace.replay.DemoReport.Check;
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
    private final Play play;
    private final DemoStage stage;

    private Demo(double timeScale, Play play, DemoStage stage) {
        this.timeScale = timeScale;
        this.play = play;
        this.stage = stage;
    }

    /**
     * Starts the models and the gateway, after a rehearsal with others: what runs first in a
     * process pays for loading the code, and that shall be neither of the two runs.
     *
     * @param port of the gateway; 0 picks a free one
     * @param timeScale factor on the simulated models' times, 0 or more
     * @throws dev.vivace.gateway.GatewayException if the gateway cannot listen there
     * @throws ReplayException if the script cannot be laid out in the folder for temporary files
     */
    public static Demo start(int port, double timeScale) throws InterruptedException {
        var script = DemoScript.load();
        var lanes = new DemoWorkload(script, timeScale).lanes();
        var play = Play.of(lanes, lanes.size(), OptionalDouble.empty());
        try {
            var file = Files.createTempFile("vivace-demo", ".json");
            try {
                Files.writeString(file, Json.MAPPER.writeValueAsString(script.all()));
                var stage = DemoStage.start(port, timeScale, file);
                rehearse(play, file);
                return new Demo(timeScale, play, stage);
            } finally {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new ReplayException("cannot write a temporary file: " + e.getMessage());
        }
    }

    private static void rehearse(Play play, Path script) throws InterruptedException {
        try (var stage = DemoStage.start(0, 0, script);
                var direct = endpoint(stage.direct());
                var gateway = endpoint(stage.gateway())) {
            play.at(direct, "warming up", new Answers(play.calls()));
            play.at(gateway, "warming up", new Answers(play.calls()));
        }
    }

    /** The dashboard's address. */
    public URI dashboard() {
        return stage.dashboard();
    }

    /** Lets the agents work, first directly and then through the gateway. */
    public DemoReport run() throws InterruptedException {
        var expected = new Answers(play.calls());
        var got = new Answers(play.calls());
        try (var direct = endpoint(stage.direct());
                var upstream = endpoint(stage.upstream());
                var gateway = endpoint(stage.gateway())) {
            var baseline = counted(play.at(direct, "directly", expected), direct);
            var answered = play.at(gateway, "through Vivace", got);
            var book = ledger(gateway, play.calls() + answered.gaveUp());
            var report =
                    new Report(
                            what(),
                            play.calls(),
                            OptionalInt.of(got.equal(expected)),
                            got.asRecorded(),
                            Optional.of(baseline),
                            counted(answered, upstream),
                            notes(baseline));
            return new DemoReport(
                    report, book.earnings(), checks(report, book, count(upstream)), dashboard());
        }
    }

    private static Endpoint endpoint(URI api) {
        return new Endpoint(api, Optional.empty(), TIMEOUT);
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
        Usage guessed = book.guessed();
        Usage rest = seen.usage().minus(book.bought());
        checks.add(
                new Check(
                        "the ledger's tokens are those that the upstream counted",
                        about(rest.fresh(), guessed.fresh())
                                && about(rest.cached(), guessed.cached())
                                && about(rest.output(), guessed.output()),
                        text(book.bought())
                                + (guessed.equals(Usage.NONE)
                                        ? ""
                                        : ", and about "
                                                + guessed.fresh()
                                                + " fresh of calls that were cut short")
                                + "; upstream "
                                + text(seen.usage())));
        double restUsd = seen.costUsd() - book.costUsd();
        checks.add(
                new Check(
                        "the ledger's cost is what the upstream charged",
                        restUsd > -1e-7 && restUsd <= 2 * book.guessedUsd() + 1e-7,
                        String.format(
                                Locale.ROOT,
                                "%.6f; upstream %.6f US dollars",
                                book.costUsd() + book.guessedUsd(),
                                seen.costUsd())));
        return checks;
    }

    /**
     * Whether what is left of the upstream's count is what the ledger guesses for calls that were
     * cut short, of which no upstream says what they took: right within a factor of two, and
     * nothing where nothing is guessed.
     */
    private static boolean about(long left, long guessed) {
        return left >= 0 && left <= 2 * guessed;
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
            notes.add("an agent that loses its patience asks again: directly, both calls are paid");
        }
        return notes;
    }

    @Override
    public void close() {
        stage.close();
    }
}
