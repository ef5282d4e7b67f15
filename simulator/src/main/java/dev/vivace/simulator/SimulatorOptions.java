package dev.vivace.simulator;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * What a simulator does.
 *
 * @param host the address to listen on
 * @param port the port to listen on; 0 picks a free one
 * @param scripts recorded conversations to answer from
 * @param seed decides faults and jitter
 * @param faults the share of calls, from 0 to 1, that meet each fault, by its name
 * @param timeScale factor on every duration; 0 answers at once
 */
public record SimulatorOptions(
        String host,
        int port,
        List<Path> scripts,
        long seed,
        Map<String, Double> faults,
        double timeScale) {
    public static SimulatorOptions defaults() {
        return new SimulatorOptions("127.0.0.1", 0, List.of(), 1, Map.of(), 1);
    }
}
