package dev.vivace.bench;

import dev.vivace.command.Arguments;
import dev.vivace.command.Command;
import dev.vivace.command.Console;
import dev.vivace.command.Kind;
import dev.vivace.command.Usage;
import dev.vivace.command.UsageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

final class GatewayCommand implements Command {
    private static final Kind<List<String>> NAMES =
            new Kind<>("a list of names", text -> List.of(text.split(",")));

    private static final Kind<List<GatewayBench.Group>> GROUPS =
            new Kind<>(
                    "a list of "
                            + Arrays.toString(GatewayBench.Group.values()).toLowerCase(Locale.ROOT),
                    text -> Arrays.stream(text.split(",")).map(GatewayCommand::group).toList());

    @Override
    public Usage usage() {
        return new Usage(
                        "gateway", "Measures the gateway beside every rival that this machine has.")
                .details(
                        "Everything runs on 127.0.0.1 and ends with the bench. A whole run takes about ten minutes.")
                .flag("json", "Print JSON with every round instead of the table.")
                .option("out", "FILE", "Write the JSON there as well.")
                .flag("record", "Append the table to bench/RESULTS.md.")
                .option("seconds", "N", "5", "Length of one measurement.")
                .option("rounds", "N", "3", "Measurements of each kind; their median counts.")
                .option(
                        "warm-up",
                        "SECONDS",
                        "20",
                        "Work before anything counts, half of it with 8 connections and half with 32.")
                .option("large-seconds", "N", "15", "Length of the run with large requests.")
                .option("rows", "GROUP,...", "Only some of the table: " + GROUPS.expected() + ".")
                .option(
                        "rival",
                        "NAME,...",
                        "Only these beside Vivace (default: all that are installed).")
                .option(
                        "against",
                        "DIR",
                        "Another checkout of Vivace that has been built, measured in turns with this one: what a change costs.");
    }

    @Override
    public int run(Arguments given, Console console) throws IOException {
        var plan =
                new GatewayBench.Plan(
                        EnumSet.copyOf(
                                given.find("rows", GROUPS)
                                        .orElse(List.of(GatewayBench.Group.values()))),
                        count(given, "rounds"),
                        Duration.ofSeconds(count(given, "seconds")),
                        Duration.ofSeconds(count(given, "warm-up")),
                        Duration.ofSeconds(count(given, "large-seconds")),
                        Duration.ofSeconds(3));
        var home = Path.of(System.getProperty("vivace.home", ".")).toAbsolutePath();
        var rivals = chosen(home, given.find("rival", NAMES));
        given.find("against", Kind.PATH)
                .ifPresent(other -> rivals.add(1, VivaceRival.other(other.toAbsolutePath())));
        if (!ProcFs.isThere()) {
            throw new BenchException("CPU and memory are read from /proc, which only Linux has");
        }
        try (var workspace = new Workspace()) {
            var load = Load.best(workspace);
            var bench =
                    new GatewayBench(
                            plan,
                            rivals,
                            workspace,
                            load,
                            what -> console.err().println(what + " ..."));
            var results = bench.run();
            publish(given, console, home, new Report(Machine.here(load), results));
            return results.names().contains(VivaceRival.NAME) ? 0 : 1;
        }
    }

    private static List<Rival> chosen(Path home, Optional<List<String>> wanted) {
        var chosen = new ArrayList<Rival>(List.of(VivaceRival.at(home)));
        var names = Rival.ALL.stream().map(Rival::name).toList();
        for (var name : wanted.orElse(names)) {
            if (!names.contains(name)) {
                throw new UsageException(
                        "no adapter for the rival '%s'; there are %s".formatted(name, names));
            }
            chosen.add(Rival.ALL.get(names.indexOf(name)));
        }
        return chosen;
    }

    private static void publish(Arguments given, Console console, Path home, Report report)
            throws IOException {
        console.out().println(given.has("json") ? report.json() : report.table());
        var file = given.find("out", Kind.PATH);
        if (file.isPresent()) {
            Files.writeString(file.get(), report.json());
        }
        if (given.has("record")) {
            Files.writeString(
                    home.resolve("bench/RESULTS.md"),
                    "\n```text\n" + report.table() + "\n```\n",
                    StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND);
        }
    }

    private static GatewayBench.Group group(String name) {
        return Arrays.stream(GatewayBench.Group.values())
                .filter(group -> group.name().equalsIgnoreCase(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("there is no '" + name + "'"));
    }

    private static int count(Arguments given, String option) {
        int value = given.get(option, Kind.WHOLE);
        if (value < 1 || value > 3_600) {
            throw new UsageException(
                    "--%s is %d, but must be from 1 to 3600".formatted(option, value));
        }
        return value;
    }
}
