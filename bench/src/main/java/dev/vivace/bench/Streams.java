package dev.vivace.bench;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * What a streamed answer costs, and how much later it begins.
 *
 * @param upstream measured directly as well, for what each gateway adds
 */
record Streams(Windows windows, Upstream upstream) {
    private static final List<Integer> CONNECTIONS = List.of(1, 8, 32);
    private static final int PROBES = 300;
    private static final Duration SILENCE = Duration.ofSeconds(30);

    void measure(List<Contender> contenders) {
        windows.warmUp(contenders, Call.stream());
        for (int round = 0; round < windows.plan().rounds(); round++) {
            for (int connections : CONNECTIONS) {
                for (var contender : Windows.turned(contenders, round)) {
                    windows.window(
                            contender,
                            Call.stream(),
                            Metric.STREAM_CPU,
                            Metric.STREAM_RATE,
                            connections);
                }
            }
            windows.progress().accept("first chunks");
            double direct = firstChunkMicros(upstream.port());
            for (var contender : Windows.turned(contenders, round)) {
                windows.attempt(
                        contender.name(),
                        () ->
                                windows.add(
                                        Metric.FIRST_CHUNK,
                                        1,
                                        contender,
                                        firstChunkMicros(contender.port()) - direct));
            }
        }
    }

    private static double firstChunkMicros(int port) {
        var request = Call.stream().bytes();
        var micros = new ArrayList<Double>();
        try (var wire = new Wire(port, SILENCE)) {
            for (int i = 0; i < PROBES; i++) {
                micros.add(wire.exchange(request).firstBodyNanos() / 1e3);
            }
        } catch (IOException e) {
            throw new BenchException("a stream broke: " + e.getMessage());
        }
        return Results.median(micros);
    }
}
