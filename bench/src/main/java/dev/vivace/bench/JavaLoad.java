package dev.vivace.bench;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.ConcurrentHistogram;

/** A plain load generator: a virtual thread for each connection. */
final class JavaLoad implements Load {
    @Override
    public String name() {
        return "a Java client (wrk is not installed)";
    }

    @Override
    public Result run(int port, Call call, int connections, Duration duration) {
        var micros = new ConcurrentHistogram(Duration.ofMinutes(1).toNanos() / 1_000, 3);
        var errors = new LongAdder();
        long start = System.nanoTime();
        long end = start + duration.toNanos();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < connections; i++) {
                threads.submit(() -> client(port, call.bytes(), end, micros, errors));
            }
        }
        return new Result(
                micros.getTotalCount(),
                errors.sum(),
                (System.nanoTime() - start) / 1e9,
                micros.getValueAtPercentile(50),
                micros.getValueAtPercentile(99));
    }

    private static void client(
            int port, byte[] request, long end, ConcurrentHistogram micros, LongAdder errors) {
        while (System.nanoTime() < end) {
            try (var wire = new Wire(port, Duration.ofSeconds(30))) {
                while (System.nanoTime() < end) {
                    var reply = wire.exchange(request);
                    if (reply.status() == 200) {
                        micros.recordValue(reply.nanos() / 1_000);
                    } else {
                        errors.increment();
                    }
                }
            } catch (IOException e) {
                errors.increment();
            }
        }
    }
}
