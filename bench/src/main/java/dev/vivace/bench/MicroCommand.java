package dev.vivace.bench;

import dev.vivace.command.Arguments;
import dev.vivace.command.Command;
import dev.vivace.command.Console;
import dev.vivace.command.Usage;
import java.io.IOException;
import org.openjdk.jmh.Main;

final class MicroCommand implements Command {
    @Override
    public Usage usage() {
        return new Usage("micro", "Runs the JMH benchmarks of single parts.")
                .operands("JMH", "what JMH understands, after --.", 0, Integer.MAX_VALUE)
                .footer(
                        "",
                        "Examples:",
                        "  vivace bench micro -- -l",
                        "  vivace bench micro -- Fingerprint -prof gc");
    }

    @Override
    public int run(Arguments given, Console console) throws IOException {
        if (MicroCommand.class.getResource("/META-INF/BenchmarkList") == null) {
            throw new BenchException("there are no benchmarks in this build");
        }
        Main.main(given.operands().toArray(String[]::new));
        return 0;
    }
}
