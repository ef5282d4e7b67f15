package dev.vivace.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
        name = "gateway",
        description = {
            "Measures the gateway beside every rival that this machine has.",
            "Everything runs on 127.0.0.1 and ends with the bench. A whole run takes about ten minutes."
        },
        mixinStandardHelpOptions = true)
final class GatewayCommand implements Callable<Integer> {
    @Spec private CommandSpec spec = CommandSpec.create();

    @Option(names = "--json", description = "Print JSON with every round instead of the table.")
    private boolean json;

    @Option(names = "--out", paramLabel = "FILE", description = "Write the JSON there as well.")
    private Optional<Path> out = Optional.empty();

    @Option(names = "--record", description = "Append the table to bench/RESULTS.md.")
    private boolean record;

    @Option(
            names = "--seconds",
            paramLabel = "N",
            defaultValue = "5",
            description = "Length of one measurement (default: ${DEFAULT-VALUE}).")
    private int seconds;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            defaultValue = "3",
            description =
                    "Measurements of each kind; their median counts (default: ${DEFAULT-VALUE}).")
    private int rounds;

    @Option(
            names = "--warm-up",
            paramLabel = "SECONDS",
            defaultValue = "20",
            description = "Work before anything counts (default: ${DEFAULT-VALUE}).")
    private int warmUp;

    @Option(
            names = "--large-seconds",
            paramLabel = "N",
            defaultValue = "15",
            description = "Length of the run with large requests (default: ${DEFAULT-VALUE}).")
    private int largeSeconds;

    @Option(
            names = "--rows",
            paramLabel = "GROUP",
            split = ",",
            description = "Only these: ${COMPLETION-CANDIDATES} (default: all).")
    private List<GatewayBench.Group> groups = List.of(GatewayBench.Group.values());

    @Option(
            names = "--rival",
            paramLabel = "NAME",
            split = ",",
            description = "Only these beside Vivace (default: all that are installed).")
    private List<String> rivals = new ArrayList<>();

    @Override
    public Integer call() throws IOException {
        check("--seconds", seconds);
        check("--rounds", rounds);
        check("--warm-up", warmUp);
        check("--large-seconds", largeSeconds);
        if (!ProcFs.isThere()) {
            throw new BenchException("CPU and memory are read from /proc, which only Linux has");
        }
        var home = Path.of(System.getProperty("vivace.home", ".")).toAbsolutePath();
        var plan =
                new GatewayBench.Plan(
                        EnumSet.copyOf(groups),
                        rounds,
                        Duration.ofSeconds(seconds),
                        Duration.ofSeconds(warmUp),
                        Duration.ofSeconds(largeSeconds),
                        Duration.ofSeconds(3));
        try (var workspace = new Workspace()) {
            var load = Load.best(workspace);
            var bench = new GatewayBench(plan, chosen(home), workspace, load, this::progress);
            var results = bench.run();
            publish(home, new Report(Machine.here(load), results));
            return results.names().contains(VivaceRival.NAME) ? 0 : 1;
        }
    }

    private List<Rival> chosen(Path home) {
        var chosen = new ArrayList<Rival>(List.of(new VivaceRival(home)));
        var names = Rival.ALL.stream().map(Rival::name).toList();
        for (var name : rivals.isEmpty() ? names : rivals) {
            if (!names.contains(name)) {
                throw new ParameterException(
                        spec.commandLine(),
                        "no adapter for the rival '%s'; there are %s".formatted(name, names));
            }
            chosen.add(Rival.ALL.get(names.indexOf(name)));
        }
        return chosen;
    }

    private void publish(Path home, Report report) throws IOException {
        spec.commandLine().getOut().println(json ? report.json() : report.table());
        if (out.isPresent()) {
            Files.writeString(out.get(), report.json());
        }
        if (record) {
            Files.writeString(
                    home.resolve("bench/RESULTS.md"),
                    "\n```text\n" + report.table() + "\n```\n",
                    StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND);
        }
    }

    private void progress(String what) {
        spec.commandLine().getErr().println(what + " ...");
    }

    private void check(String option, int value) {
        if (value < 1 || value > 3_600) {
            throw new ParameterException(
                    spec.commandLine(),
                    "%s is %d, but must be from 1 to 3600".formatted(option, value));
        }
    }
}
