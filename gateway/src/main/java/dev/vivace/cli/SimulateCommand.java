package dev.vivace.cli;

import dev.vivace.simulator.RecordingsException;
import dev.vivace.simulator.Simulator;
import dev.vivace.simulator.SimulatorException;
import dev.vivace.simulator.SimulatorOptions;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Runs the simulator alone until the process is told to end. */
@Command(
        name = "simulate",
        description =
                "Runs an OpenAI-compatible upstream that costs nothing: deterministic answers, a published model of time and money, and faults on request.",
        mixinStandardHelpOptions = true)
public final class SimulateCommand implements Callable<Integer> {
    private static final int CANNOT_LISTEN = 1;

    @Spec private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--host",
            paramLabel = "HOST",
            description = "Address to listen on (default: ${DEFAULT-VALUE}).")
    private String host = "127.0.0.1";

    @Option(
            names = "--port",
            paramLabel = "PORT",
            description = "Port to listen on; 0, the default, picks a free one.")
    private int port;

    @Option(
            names = "--script",
            paramLabel = "FILE",
            description =
                    "Recorded conversations to answer from: OpenAI message lists, JSON or JSON Lines, gzipped or not. Repeatable.")
    private List<Path> scripts = List.of();

    @Option(
            names = "--seed",
            paramLabel = "N",
            description = "Decides faults and jitter (default: ${DEFAULT-VALUE}).")
    private long seed = 1;

    @Option(
            names = "--fault",
            paramLabel = "NAME=RATE",
            description =
                    "Share of calls, 0 to 1, that meet a fault: 429, 500, 502, 503, hang, reset, cut, garbage or slow. Repeatable.")
    private Map<String, Double> faults = new LinkedHashMap<>();

    @Option(
            names = "--time-scale",
            paramLabel = "F",
            description =
                    "Factor on every duration (default: ${DEFAULT-VALUE}); 0 computes durations and answers at once.")
    private double timeScale = 1;

    @Option(
            names = "--tokens-per-minute",
            paramLabel = "N",
            description =
                    "Tokens that one credential may have of one model in a minute; 0, the default, is no limit.")
    private long tokensPerMinute;

    @Override
    public Integer call() throws InterruptedException {
        Simulator simulator;
        try {
            simulator = Simulator.start(options());
        } catch (IllegalArgumentException | RecordingsException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage());
        } catch (SimulatorException e) {
            spec.commandLine().getErr().println("vivace simulate: " + e.getMessage());
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
        System.out.printf("Vivace simulator on %s (%s)%n", simulator.address(), description());
        System.out.flush();
        new CountDownLatch(1).await();
        return 0;
    }

    private SimulatorOptions options() {
        return SimulatorOptions.defaults()
                .withHost(host)
                .withPort(port)
                .withScripts(scripts)
                .withSeed(seed)
                .withFaults(faults)
                .withTimeScale(timeScale)
                .withTokensPerMinute(tokensPerMinute);
    }

    private String description() {
        String answers =
                scripts.isEmpty()
                        ? "generated answers"
                        : "recorded answers from %d file%s"
                                .formatted(scripts.size(), scripts.size() == 1 ? "" : "s");
        return answers
                + (timeScale == 0 ? ", at once" : ", time scale " + timeScale)
                + (faults.isEmpty() ? "" : ", faults " + faults);
    }
}
