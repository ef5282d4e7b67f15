package dev.vivace.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;

/** The program's entry. */
@Command(
        name = "vivace",
        description = "Makes AI agents fast, cheap and steady, and proves it.",
        mixinStandardHelpOptions = true,
        subcommands = {HelpCommand.class})
public final class Main {
    private Main() {}

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new Main()).execute(arguments));
    }
}
