package dev.vivace.bench;

import dev.vivace.command.Arguments;
import dev.vivace.command.Command;
import dev.vivace.command.Console;
import dev.vivace.command.Kind;
import dev.vivace.command.Usage;
import dev.vivace.command.UsageException;
import java.io.IOException;
import java.nio.file.Files;

/** {@code vivace bench faults}. */
final class FaultsCommand implements Command {
    private static final int MOST = 100_000;

    @Override
    public Usage usage() {
        return new Usage("faults", "Lets upstreams fail in every way, and counts what is lost.")
                .details(
                        "Gateway and upstreams run in this process, over real sockets. Exit code 1 if a call is"
                                + " lost, an answer differs, a retry budget is exceeded, or a call fails that"
                                + " another upstream could have answered.")
                .option("calls", "N", "200", "Calls of each row.")
                .option("seed", "N", "1", "The same seed strikes the same calls.")
                .flag("json", "Print JSON instead of the table.")
                .option("out", "FILE", "Write the JSON there as well.");
    }

    @Override
    public int run(Arguments given, Console console) throws IOException, InterruptedException {
        int calls = given.get("calls", Kind.WHOLE);
        if (calls < 1 || calls > MOST) {
            throw new UsageException(
                    "--calls is %d, but must be from 1 to %d".formatted(calls, MOST));
        }
        long seed = given.get("seed", Kind.LONG);
        console.err().println(FaultReport.HEAD);
        var results =
                new FaultMatrix(calls, seed)
                        .run(row -> console.err().println(FaultReport.line(row)));
        var report = new FaultReport(results, seed);
        console.out().println(given.has("json") ? report.json() : report.table());
        var file = given.find("out", Kind.PATH);
        if (file.isPresent()) {
            Files.writeString(file.get(), report.json());
        }
        return report.holds() ? 0 : 1;
    }
}
