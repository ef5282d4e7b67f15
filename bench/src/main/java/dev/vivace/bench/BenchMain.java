package dev.vivace.bench;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;

/** The entry of {@code ./vivace bench}. */
@Command(
        name = "vivace bench",
        description = "Measures the gateway, and whatever rivals this machine has.",
        mixinStandardHelpOptions = true,
        subcommands = {HelpCommand.class})
public final class BenchMain {
    private BenchMain() {}

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new BenchMain()).execute(arguments));
    }
}
