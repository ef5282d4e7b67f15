package dev.vivace.cli;

import dev.vivace.command.Arguments;
import dev.vivace.command.Command;
import dev.vivace.command.Console;
import dev.vivace.command.Kind;
import dev.vivace.command.Usage;
import java.io.IOException;

/** {@code vivace doctor}. */
final class DoctorCommand implements Command {
    private static final int NOT_WELL = 1;

    @Override
    public Usage usage() {
        var usage =
                new Usage("doctor", "Says what a running gateway's features have done.")
                        .details(
                                "For each feature that is on: whether it has run, how often, and what it saved. If the"
                                        + " gateway has an admin key, it is taken from VIVACE_ADMIN_KEY.")
                        .operand("URL", "the gateway, such as http://127.0.0.1:8080.")
                        .footer(
                                "",
                                "Example:",
                                "  vivace doctor http://127.0.0.1:8080",
                                "",
                                "Exit code: 0 if all is well; 1 if the gateway is degraded or not ready; 2 if it does not"
                                        + " answer or lets nobody in.");
        return Report.describe(usage);
    }

    @Override
    public int run(Arguments given, Console console) throws InterruptedException {
        try {
            var report = Report.of(given, console);
            var diagnosis =
                    Diagnosis.of(given.operand(Kind.TEXT), System.getenv("VIVACE_ADMIN_KEY"));
            report.write(diagnosis.json(), diagnosis.text());
            return diagnosis.well() ? 0 : NOT_WELL;
        } catch (IOException e) {
            throw Report.wrong(e);
        }
    }
}
