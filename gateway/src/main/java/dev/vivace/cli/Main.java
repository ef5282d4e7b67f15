package dev.vivace.cli;

import dev.vivace.command.Console;
import dev.vivace.command.Program;

/** The program's entry. */
public final class Main {
    private static final String VERSION = "0.1.0";

    private static final String LOG_LEVEL = "org.slf4j.simpleLogger.log.dev.vivace";

    private Main() {}

    public static void main(String[] arguments) {
        // Of a gateway that is there for one command nobody wants the log: what matters is told.
        if (arguments.length > 0
                && arguments[0].equals("mcp")
                && System.getProperty(LOG_LEVEL) == null) {
            System.setProperty(LOG_LEVEL, "off");
        }
        System.exit(program().run(Console.standard(), arguments));
    }

    static Program program() {
        return new Program(
                        "vivace",
                        VERSION,
                        "Makes AI agents fast, cheap and steady, and proves it.",
                        "And by the launcher ./vivace itself:",
                        "  bench     Measures the gateway beside its rivals: bench gateway, bench micro.",
                        "  test      Runs every test and every check of the build.",
                        "",
                        "vivace COMMAND --help says more.")
                .with("demo", DemoCommand::new)
                .with("serve", ServeCommand::new)
                .with("validate", ValidateCommand::new)
                .with("import", ImportCommand::new)
                .with("replay", ReplayCommand::new)
                .with("simulate", SimulateCommand::new)
                .with("doctor", DoctorCommand::new)
                .withGroup("keys", () -> KeysProgram.of(VERSION))
                .withGroup("mcp", () -> McpProgram.of(VERSION))
                .withHidden("train", TrainCommand::new);
    }
}
