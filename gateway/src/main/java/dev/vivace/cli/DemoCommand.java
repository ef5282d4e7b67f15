package dev.vivace.cli;

import dev.vivace.gateway.GatewayException;
import dev.vivace.replay.Demo;
import dev.vivace.replay.ReplayException;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code vivace demo}. */
@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Shows what the gateway does, with nothing but this program.",
            "",
            "Agents work once directly at a simulated model and once through the gateway; the two"
                    + " runs are printed beside each other. Then the gateway and its dashboard stay up"
                    + " until Ctrl-C."
        },
        footer = {
            "",
            "Examples:",
            "  vivace demo",
            "  vivace demo --exit --json",
            "",
            "Exit code: 0; 1 if calls failed or a check of the figures did; 2 for wrong use."
        })
public final class DemoCommand implements Callable<Integer> {
    @Option(names = "--exit", description = "End when the report is printed.")
    private boolean exit;

    @Option(
            names = "--port",
            paramLabel = "N",
            defaultValue = "0",
            description = "The gateway's port; 0, the default, picks a free one.")
    private int port;

    @Option(
            names = "--time-scale",
            paramLabel = "F",
            defaultValue = "1",
            description =
                    "Factor on the simulated model's times (default ${DEFAULT-VALUE}: as published).")
    private double timeScale;

    @Mixin private ReportOptions output = new ReportOptions();

    @Override
    public Integer call() throws InterruptedException {
        try {
            check();
            try (var demo = Demo.start(port, timeScale)) {
                var report = demo.run();
                output.write(report.json(), report.text());
                if (!exit) {
                    serve(demo);
                }
                return report.good() ? 0 : 1;
            }
        } catch (ReplayException | GatewayException | IOException e) {
            return output.wrong(e);
        }
    }

    private void check() throws IOException {
        if (port < 0 || port > 65_535) {
            throw new ReplayException("--port must be from 0 to 65535, not " + port);
        }
        if (!(timeScale >= 0 && timeScale <= 100)) {
            throw new ReplayException("--time-scale must be from 0 to 100, not " + timeScale);
        }
        output.check();
    }

    /** Until the process is asked to end. */
    private void serve(Demo demo) throws InterruptedException {
        output.say(List.of("", "The dashboard is at " + demo.dashboard() + " until Ctrl-C."));
        Runtime.getRuntime().addShutdownHook(new Thread(demo::close, "vivace-demo-close"));
        new CountDownLatch(1).await();
    }
}
