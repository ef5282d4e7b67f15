package dev.vivace.bench;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;

/** The entry of {@code ./vivace bench}. */
@Command(
        name = "vivace bench",
        description = "Measures the gateway, beside its rivals and part by part.",
        mixinStandardHelpOptions = true,
        subcommands = {GatewayCommand.class, MicroCommand.class, HelpCommand.class})
public final class BenchMain {
    private BenchMain() {}

    public static void main(String[] arguments) {
        System.exit(commandLine().execute(arguments));
    }

    static CommandLine commandLine() {
        return new CommandLine(new BenchMain())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExecutionExceptionHandler((failure, command, parsed) -> {
                    if (!(failure instanceof BenchException)) {
                        throw failure;
                    }
                    command.getErr().println("vivace bench: " + failure.getMessage());
                    return 1;
                });
    }
}
