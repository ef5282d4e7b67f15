package dev.vivace.cli;

import dev.vivace.command.Arguments;
import dev.vivace.command.Command;
import dev.vivace.command.Console;
import dev.vivace.command.Kind;
import dev.vivace.command.Usage;
import dev.vivace.command.UsageException;
import dev.vivace.simulator.RecordingsException;
import dev.vivace.simulator.Simulator;
import dev.vivace.simulator.SimulatorException;
import dev.vivace.simulator.SimulatorOptions;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/** Runs the simulator alone until the process is told to end. */
final class SimulateCommand implements Command {
    private static final int CANNOT_LISTEN = 1;

    private static final Kind<Map.Entry<String, Double>> FAULT =
            new Kind<>("NAME=RATE, such as 429=0.1", SimulateCommand::fault);

    @Override
    public Usage usage() {
        return new Usage("simulate", "Runs an OpenAI-compatible upstream that costs nothing.")
                .details(
                        "Its answers are deterministic, its model of time and money is published, and it misbehaves on"
                                + " request.")
                .option("host", "HOST", "127.0.0.1", "Address to listen on.")
                .option("port", "PORT", "0", "Port to listen on; 0 picks a free one.")
                .repeatable(
                        "script",
                        "FILE",
                        "Recorded conversations to answer from: OpenAI message lists, JSON or JSON Lines, gzipped or not.")
                .option("seed", "N", "1", "Decides faults and jitter.")
                .repeatable(
                        "fault",
                        "NAME=RATE",
                        "Share of calls, 0 to 1, that meet a fault: 429, 500, 502, 503, hang, reset, cut, garbage or slow.")
                .option(
                        "time-scale",
                        "F",
                        "1",
                        "Factor on every duration; 0 computes durations and answers at once.")
                .option(
                        "tokens-per-minute",
                        "N",
                        "0",
                        "Tokens that one credential may have of one model in a minute; 0 is no limit.")
                .footer("Example: vivace simulate --port 9000 --fault 429=0.1");
    }

    @Override
    public int run(Arguments given, Console console) throws InterruptedException {
        SimulatorOptions options = options(given);
        Simulator simulator;
        try {
            simulator = Simulator.start(options);
        } catch (IllegalArgumentException | RecordingsException e) {
            throw Report.wrong(e);
        } catch (SimulatorException e) {
            console.err().println("vivace simulate: " + e.getMessage());
            return CANNOT_LISTEN;
        }
        // Ended by a signal, the JVM would report the signal as a failure; here it is the way out.
        Runtime.getRuntime()
                .addShutdownHook(
                        new Thread(
                                () -> {
                                    simulator.close();
                                    Runtime.getRuntime().halt(0);
                                },
                                "simulator-close"));
        console.out()
                .printf("Vivace simulator on %s (%s)%n", simulator.address(), describe(options));
        console.out().flush();
        new CountDownLatch(1).await();
        return 0;
    }

    private static SimulatorOptions options(Arguments given) {
        Map<String, Double> faults = new LinkedHashMap<>();
        given.all("fault", FAULT).forEach(fault -> faults.put(fault.getKey(), fault.getValue()));
        List<Path> scripts = given.all("script", Kind.PATH);
        String host = given.get("host", Kind.TEXT);
        int port = given.get("port", Kind.WHOLE);
        long seed = given.get("seed", Kind.LONG);
        double timeScale = given.get("time-scale", Kind.NUMBER);
        long tokensPerMinute = given.get("tokens-per-minute", Kind.LONG);
        try {
            return SimulatorOptions.defaults()
                    .withHost(host)
                    .withPort(port)
                    .withScripts(scripts)
                    .withSeed(seed)
                    .withFaults(faults)
                    .withTimeScale(timeScale)
                    .withTokensPerMinute(tokensPerMinute);
        } catch (IllegalArgumentException e) {
            throw new UsageException(String.valueOf(e.getMessage()));
        }
    }

    private static Map.Entry<String, Double> fault(String text) {
        int equals = text.indexOf('=');
        if (equals < 0) {
            throw new IllegalArgumentException("there is no =");
        }
        return Map.entry(text.substring(0, equals), Double.valueOf(text.substring(equals + 1)));
    }

    private static String describe(SimulatorOptions options) {
        int scripts = options.scripts().size();
        String answers =
                scripts == 0
                        ? "generated answers"
                        : "recorded answers from %d file%s"
                                .formatted(scripts, scripts == 1 ? "" : "s");
        double timeScale = options.timeScale();
        return answers
                + (timeScale == 0 ? ", at once" : ", time scale " + timeScale)
                + (options.faults().isEmpty() ? "" : ", faults " + options.faults());
    }
}
