package dev.vivace.cli;

import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code vivace doctor}. */
@Command(
        name = "doctor",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Says what a running gateway's features have done.",
            "",
            "For each feature that is on: whether it has run, how often, and what it saved. If the"
                    + " gateway has an admin key, it is taken from VIVACE_ADMIN_KEY."
        },
        footer = {
            "",
            "Example:",
            "  vivace doctor http://127.0.0.1:8080",
            "",
            "Exit code: 0 if the gateway answers; 2 if it does not."
        })
public final class DoctorCommand implements Callable<Integer> {
    @Parameters(paramLabel = "URL", description = "The gateway, such as http://127.0.0.1:8080.")
    private String url = "";

    @Mixin private ReportOptions output = new ReportOptions();

    @Override
    public Integer call() throws InterruptedException {
        try {
            output.check();
            var diagnosis = Diagnosis.of(url, System.getenv("VIVACE_ADMIN_KEY"));
            output.write(diagnosis.json(), diagnosis.text());
            return 0;
        } catch (IOException e) {
            return output.wrong(e);
        }
    }
}
