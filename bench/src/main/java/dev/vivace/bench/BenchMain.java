package dev.vivace.bench;

import dev.vivace.command.Console;
import dev.vivace.command.Program;

/** The entry of {@code ./vivace bench}. */
public final class BenchMain {
    private BenchMain() {}

    public static void main(String[] arguments) {
        System.exit(program().run(Console.standard(), arguments));
    }

    static Program program() {
        return new Program(
                        "vivace bench",
                        "0.1.0",
                        "Measures the gateway, beside its rivals and part by part.",
                        "vivace bench COMMAND --help says more.")
                .with("gateway", GatewayCommand::new)
                .with("faults", FaultsCommand::new)
                .with("overload", OverloadCommand::new)
                .with("fuzz", FuzzCommand::new)
                .with("select", SelectCommand::new)
                .with("speculation", SpeculationCommand::new)
                .with("tools", ToolsCommand::new)
                .with("micro", MicroCommand::new);
    }
}
