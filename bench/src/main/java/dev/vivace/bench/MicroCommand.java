package dev.vivace.bench;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import org.openjdk.jmh.Main;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
        name = "micro",
        description = {
            "Runs the JMH benchmarks of single parts.",
            "Everything after -- goes to JMH, for example: micro -- -l, or: micro -- Fingerprint -prof gc"
        },
        mixinStandardHelpOptions = true)
final class MicroCommand implements Callable<Integer> {
    @Parameters(arity = "0..*", paramLabel = "JMH", description = "What JMH understands.")
    private List<String> arguments = List.of();

    @Override
    public Integer call() throws IOException {
        if (MicroCommand.class.getResource("/META-INF/BenchmarkList") == null) {
            throw new BenchException("there are no benchmarks in this build");
        }
        Main.main(arguments.toArray(String[]::new));
        return 0;
    }
}
