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
import java.util.List;

/** {@code vivace bench overload}. */
final class OverloadCommand implements Command {
    /** Of two upstreams with the same capacity, one with few slots and one with many. */
    private static final List<Overload> ALL =
            List.of(
                    new Overload(8, Duration.ofMillis(100), "fixed", 8, 8),
                    new Overload(8, Duration.ofMillis(100), "adaptive", 64, 8),
                    new Overload(32, Duration.ofMillis(400), "fixed", 32, 32),
                    new Overload(32, Duration.ofMillis(400), "adaptive", 64, 16));

    @Override
    public Usage usage() {
        return new Usage(
                        "overload",
                        "Offers ten times what an upstream can do, and looks what becomes of it.")
                .details(
                        "Starts the gateway in a process of its own. Accepted calls should take at most three"
                                + " times what they take when there are few, and the rest get 429 at once. Exit"
                                + " code 1 if any call ends otherwise. All take about three minutes.")
                .option("seconds", "N", "30", "How long each overload lasts.")
                .flag("record", "Append the table to bench/RESULTS.md.");
    }

    @Override
    public int run(Arguments given, Console console) throws IOException {
        int seconds = given.get("seconds", Kind.WHOLE);
        if (seconds < 1 || seconds > 3_600) {
            throw new UsageException("--seconds must be from 1 to 3600");
        }
        var home = Path.of(System.getProperty("vivace.home", ".")).toAbsolutePath();
        var results = new ArrayList<Overload.Result>();
        try (var workspace = new Workspace()) {
            for (Overload each : ALL) {
                console.err().println(each + " ...");
                results.add(
                        each.run(home.resolve("vivace"), workspace, Duration.ofSeconds(seconds)));
            }
        }
        var text = new StringBuilder(Machine.here("a Java client").text()).append("\n\n");
        text.append(Overload.head()).append('\n');
        results.forEach(result -> text.append(result.row()).append('\n'));
        console.out().print(text);
        if (given.has("record")) {
            Files.writeString(
                    home.resolve("bench/RESULTS.md"),
                    "\n```text\n" + text + "```\n",
                    StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND);
        }
        return results.stream().allMatch(Overload.Result::sound) ? 0 : 1;
    }
}
