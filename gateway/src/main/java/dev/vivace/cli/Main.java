package dev.vivace.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The program's entry. */
@Command(
        name = "vivace",
        description = "Makes AI agents fast, cheap and steady, and proves it.",
        mixinStandardHelpOptions = true,
        version = "vivace 0.1.0",
        subcommands = {
            DemoCommand.class,
            ServeCommand.class,
            ValidateCommand.class,
            ReplayCommand.class,
            SimulateCommand.class,
            DoctorCommand.class,
            TrainCommand.class
        },
        footer = {
            "",
            "And by the launcher ./vivace itself:",
            "  bench     Measures the gateway beside its rivals: bench gateway, bench micro.",
            "  test      Runs every test and every check of the build.",
            "",
            "vivace COMMAND --help says more."
        })
public final class Main {
    private Main() {}

    public static void main(String[] arguments) {
        System.exit(
                new CommandLine(new Main())
                        .setExecutionExceptionHandler(Main::failed)
                        .execute(arguments));
    }

    /** What no command foresaw: one line for a person; the rest with VIVACE_DEBUG set. */
    private static int failed(
            Exception failure, CommandLine command, CommandLine.ParseResult parsed) {
        System.err.println("vivace " + command.getCommandName() + ": " + failure.getMessage());
        if (System.getenv("VIVACE_DEBUG") != null) {
            failure.printStackTrace();
        }
        return command.getCommandSpec().exitCodeOnExecutionException();
    }
}
