package dev.vivace.bench;

import dev.vivace.bench.FaultCell.Place;
import dev.vivace.config.Config;
import dev.vivace.config.ModelRoute;
import dev.vivace.deliver.BreakerOptions;
import dev.vivace.deliver.RetryOptions;
import dev.vivace.gateway.Gateway;
import dev.vivace.limit.Rates;
import dev.vivace.simulator.Simulator;
import dev.vivace.simulator.SimulatorOptions;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;

/**
 * Sends calls through a gateway to upstreams that fail in every way the simulator knows, and counts
 * what becomes of them. Every call is another one, so that nothing is cached or joined.
 */
final class FaultMatrix {
    /** In the order of the simulator's own list. */
    static final List<String> FAULTS =
            List.of("429", "500", "502", "503", "hang", "reset", "cut", "garbage", "slow");

    static final List<Double> RATES = List.of(0.1, 0.3, 1.0);

    private static final int AT_ONCE = 16;
    private static final String MODEL = "gpt-4o-mini";
    private static final RetryOptions RETRIES =
            new RetryOptions(
                    RetryOptions.DEFAULT.attempts(),
                    RetryOptions.DEFAULT.budget(),
                    RetryOptions.DEFAULT.floor(),
                    Duration.ofMillis(5),
                    Duration.ofSeconds(2),
                    false);

    /** Of an upstream that hangs; a machine under load must not make the healthy ones look so. */
    private static final Config.Timeouts HASTY =
            new Config.Timeouts(
                    Duration.ofSeconds(5), Duration.ofMillis(300), Duration.ofMillis(500));

    private static final BreakerOptions NO_BREAKER =
            new BreakerOptions(
                    false,
                    BreakerOptions.DEFAULT.window(),
                    BreakerOptions.DEFAULT.minCalls(),
                    BreakerOptions.DEFAULT.failureRate(),
                    BreakerOptions.DEFAULT.open(),
                    BreakerOptions.DEFAULT.probes());

    private final int calls;
    private final long seed;

    /**
     * @param calls of each row
     * @param seed decides which calls meet a fault
     */
    FaultMatrix(int calls, long seed) {
        this.calls = calls;
        this.seed = seed;
    }

    /**
     * Every row of the table.
     *
     * @param each told of every row as it is known
     */
    List<FaultTally.Result> run(Consumer<FaultTally.Result> each)
            throws IOException, InterruptedException {
        var results = new ArrayList<FaultTally.Result>();
        try (var healthy = simulator(Map.of());
                var down = simulator(Map.of("503", 1.0))) {
            List<String> whole = faultless(healthy, false);
            List<String> streamed = faultless(healthy, true);
            for (String fault : FAULTS) {
                for (double rate : RATES) {
                    try (var faulty = simulator(Map.of(fault, rate))) {
                        for (FaultCell cell : cells(fault, rate)) {
                            List<Simulator> chain =
                                    switch (cell.place()) {
                                        case FIRST -> List.of(faulty, healthy);
                                        case LATER -> List.of(down, faulty, healthy);
                                        case ALONE -> List.of(faulty);
                                    };
                            var result = row(cell, chain, cell.streamed() ? streamed : whole);
                            results.add(result);
                            each.accept(result);
                        }
                    }
                }
            }
        }
        return results;
    }

    private static List<FaultCell> cells(String fault, double rate) {
        var cells = new ArrayList<FaultCell>();
        for (boolean streamed : List.of(false, true)) {
            for (Place place : Place.values()) {
                cells.add(new FaultCell(fault, rate, streamed, place));
            }
        }
        return cells;
    }

    private Simulator simulator(Map<String, Double> faults) {
        return Simulator.start(
                SimulatorOptions.defaults().withTimeScale(0).withSeed(seed).withFaults(faults));
    }

    private FaultTally.Result row(FaultCell cell, List<Simulator> chain, List<String> expected)
            throws IOException, InterruptedException {
        var tally = new FaultTally(RETRIES.floor(), RETRIES.budget());
        chain.forEach(Simulator::reset);
        // Where the first one always fails, its breaker would soon make the second one the first.
        boolean breaker = cell.place() != Place.LATER;
        int hanging = !cell.fault().equals("hang") ? -1 : cell.place() == Place.LATER ? 1 : 0;
        try (var gateway = gateway(chain, breaker, hanging)) {
            List<FaultVerdict> verdicts = ask(gateway, cell.streamed());
            for (int i = 0; i < calls; i++) {
                tally.call(verdicts.get(i), expected.get(i));
            }
        }
        chain.forEach(upstream -> tally.upstream(upstream.stats()));
        return tally.result(cell);
    }

    private List<String> faultless(Simulator healthy, boolean streamed)
            throws IOException, InterruptedException {
        try (var gateway = gateway(List.of(healthy), true, -1)) {
            List<FaultVerdict> verdicts = ask(gateway, streamed);
            for (FaultVerdict verdict : verdicts) {
                if (verdict.kind() != FaultVerdict.Kind.ANSWERED) {
                    throw new BenchException("fails without faults: " + verdict.text());
                }
            }
            return verdicts.stream().map(FaultVerdict::text).toList();
        }
    }

    /** Sends all calls, some at a time. */
    private List<FaultVerdict> ask(Gateway gateway, boolean streamed)
            throws IOException, InterruptedException {
        int port = gateway.address().getPort();
        var room = new Semaphore(AT_ONCE);
        var asked = new ArrayList<Callable<FaultVerdict>>();
        for (int i = 0; i < calls; i++) {
            String body = body(i, streamed);
            asked.add(() -> {
                room.acquire();
                try {
                    return FaultVerdict.of(FaultProbe.ask(port, body), streamed);
                } finally {
                    room.release();
                }
            });
        }
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var verdicts = new ArrayList<FaultVerdict>();
            for (Future<FaultVerdict> verdict : threads.invokeAll(asked)) {
                verdicts.add(verdict.get());
            }
            return verdicts;
        } catch (ExecutionException e) {
            throw new IOException("a call could not be made", e.getCause());
        }
    }

    private String body(int number, boolean streamed) {
        return """
        {"model": "%s", "temperature": 0, "max_tokens": 8, "stream": %s, "messages":\
         [{"role": "user", "content": "Question %d of run %d: what holds?"}]}\
        """
                .formatted(MODEL, streamed, number, seed);
    }

    /**
     * @param hanging which of the chain hangs; -1 if none does
     */
    private static Gateway gateway(List<Simulator> chain, boolean breaker, int hanging) {
        var upstreams = new LinkedHashMap<String, Config.Upstream>();
        var route = new ArrayList<String>();
        for (Simulator simulator : chain) {
            String name = "upstream-" + (route.size() + 1);
            upstreams.put(
                    name,
                    new Config.Upstream(
                            URI.create(simulator.address() + "/v1"),
                            Config.Protocol.OPENAI,
                            List.of("sk-simulated"),
                            1,
                            "",
                            Rates.NONE,
                            route.size() == hanging ? Optional.of(HASTY) : Optional.empty()));
            route.add(name + "/" + MODEL);
        }
        return Gateway.start(
                Config.builder()
                        .server(new Config.Server("127.0.0.1", 0))
                        .upstreams(upstreams)
                        .models(Map.of(MODEL, ModelRoute.of(route.toArray(String[]::new))))
                        .retries(RETRIES)
                        .breaker(breaker ? BreakerOptions.DEFAULT : NO_BREAKER)
                        .build());
    }
}
