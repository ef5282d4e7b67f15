package dev.vivace.cli;

import dev.vivace.command.Arguments;
import dev.vivace.command.Command;
import dev.vivace.command.Console;
import dev.vivace.command.Kind;
import dev.vivace.command.Usage;
import dev.vivace.command.UsageException;
import dev.vivace.gateway.GatewayException;
import dev.vivace.replay.Demo;
import dev.vivace.replay.ReplayException;
import java.io.IOException;
import java.util.concurrent.CountDownLatch;

/** {@code vivace demo}. */
final class DemoCommand implements Command {
    @Override
    public Usage usage() {
        var usage =
                new Usage("demo", "Shows what the gateway does, with nothing but this program.")
                        .details(
                                "Agents work once directly at a simulated model and once through the gateway; the two"
                                        + " runs are printed beside each other. Then the gateway and its dashboard stay up"
                                        + " until Ctrl-C.")
                        .flag("exit", "End when the report is printed.")
                        .option("port", "N", "0", "The gateway's port; 0 picks a free one.")
                        .option(
                                "time-scale",
                                "F",
                                "1",
                                "Factor on the simulated model's published times.");
        return Report.describe(usage)
                .footer(
                        "",
                        "Examples:",
                        "  vivace demo",
                        "  vivace demo --exit --json",
                        "",
                        "Exit code: 0; 1 if calls failed or a check of the figures did; 2 for wrong use.");
    }

    @Override
    public int run(Arguments given, Console console) throws InterruptedException {
        int port = given.get("port", Kind.WHOLE);
        double timeScale = given.get("time-scale", Kind.NUMBER);
        if (port < 0 || port > 65_535) {
            throw new UsageException("--port must be from 0 to 65535, not " + port);
        }
        if (!(timeScale >= 0 && timeScale <= 100)) {
            throw new UsageException("--time-scale must be from 0 to 100, not " + timeScale);
        }
        var output = Report.of(given, console);
        try (var demo = Demo.start(port, timeScale)) {
            var report = demo.run();
            output.write(report.json(), report.text());
            if (!given.has("exit")) {
                serve(demo, output);
            }
            return report.good() ? 0 : 1;
        } catch (ReplayException | GatewayException | IOException e) {
            throw Report.wrong(e);
        }
    }

    /** Until the process is asked to end. */
    private static void serve(Demo demo, Report output) throws InterruptedException {
        output.say("");
        output.say("The dashboard is at " + demo.dashboard() + " until Ctrl-C.");
        Runtime.getRuntime().addShutdownHook(new Thread(demo::close, "vivace-demo-close"));
        new CountDownLatch(1).await();
    }
}
