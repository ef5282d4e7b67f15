package dev.vivace.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A gateway in front of an upstream with a capacity, and what becomes of calls when ten times that
 * capacity is asked for.
 *
 * @param slots calls that the upstream works on at a time
 * @param work how long each takes
 * @param mode {@code fixed} or {@code adaptive}
 * @param max calls that the gateway sends there at a time, at most
 * @param queue calls that wait in the gateway
 */
record Overload(int slots, Duration work, String mode, int max, int queue) {
    static final int TIMES = 10;

    /** What accepted calls may take, in uncontended times. */
    static final double TARGET = 3;

    private static final Duration START = Duration.ofMinutes(5);
    private static final Duration WARM_UP = Duration.ofSeconds(8);
    private static final Duration CALM = Duration.ofSeconds(5);
    private static final Duration SETTLING = Duration.ofSeconds(3);

    /**
     * @param calm what calls took when there were few
     * @param idleBytes the gateway's memory before the overload
     * @param peakBytes most of it while it lasted
     * @param afterBytes what it was a few seconds after
     */
    record Result(
            Overload of,
            OpenLoop.Result calm,
            OpenLoop.Result flood,
            long idleBytes,
            long peakBytes,
            long afterBytes) {
        double times() {
            return (double) flood.accepted().getValueAtPercentile(99)
                    / Math.max(1, calm.accepted().getValueAtPercentile(99));
        }

        boolean sound() {
            return flood.failed() == 0 && flood.unexplained() == 0 && calm.failed() == 0;
        }

        String row() {
            return String.format(
                    Locale.ROOT,
                    "%2d x %3d ms  %-8s %3d %5d %9.0f %9.0f %9.0f %5.1f %7.1f %% %8.1f %8.1f %6d %4d %4d %4d  %s",
                    of.slots,
                    of.work.toMillis(),
                    of.mode,
                    of.max,
                    of.queue,
                    calm.accepted().getValueAtPercentile(99) / 1e3,
                    flood.accepted().getValueAtPercentile(50) / 1e3,
                    flood.accepted().getValueAtPercentile(99) / 1e3,
                    times(),
                    100.0 * flood.refused().getTotalCount() / Math.max(1, flood.sent()),
                    flood.refused().getValueAtPercentile(50) / 1e3,
                    flood.refused().getValueAtPercentile(99) / 1e3,
                    flood.failed(),
                    idleBytes >> 20,
                    peakBytes >> 20,
                    afterBytes >> 20,
                    times() <= TARGET ? "reached" : "MISSED");
        }
    }

    static String head() {
        return "upstream     mode     max queue calm p99  over p50  over p99 times  refused  429 p50  429 p99 failed idle peak after  at most "
                + (int) TARGET
                + " times";
    }

    /** Calls that the upstream can do in a second. */
    int capacity() {
        return (int) (slots * 1_000L / work.toMillis());
    }

    String config(int upstream) {
        return """
        upstreams:
          slow:
            url: http://127.0.0.1:%d/v1
        concurrency:
          mode: %s
          max: %d
          queue: %d
          queue-wait: 2s
        """
                .formatted(upstream, mode, max, queue);
    }

    Result run(Path launcher, Workspace workspace, Duration time) throws IOException {
        try (var upstream = MockUpstream.start(slots, work)) {
            Path file = workspace.write("overload.yaml", config(upstream.port()));
            try (var gateway =
                    Child.start(
                            "the gateway",
                            workspace.file("overload.log"),
                            List.of(
                                    launcher.toString(),
                                    "serve",
                                    "--port",
                                    "0",
                                    "--config",
                                    file.toString()))) {
                return measure(gateway, gateway.awaitPort(upstream.port(), START), time);
            }
        }
    }

    private Result measure(Child gateway, int port, Duration time) {
        int few = Math.max(1, capacity() / 4);
        // What is loaded and compiled once is not measured; and a gateway that was overloaded
        // before must serve as well as any.
        OpenLoop.run(port, Call.plain(), TIMES * capacity(), WARM_UP);
        gateway.pause(SETTLING);
        var calm = OpenLoop.run(port, Call.plain(), few, CALM);
        long idle = ProcFs.residentBytes(gateway.handle());
        var peak = new AtomicLong(idle);
        Thread watch = Thread.ofPlatform().daemon().start(() -> watch(gateway, peak));
        var flood = OpenLoop.run(port, Call.plain(), TIMES * capacity(), time);
        watch.interrupt();
        gateway.pause(SETTLING);
        long after = ProcFs.residentBytes(gateway.handle());
        return new Result(this, calm, flood, idle, peak.get(), after);
    }

    private static void watch(Child gateway, AtomicLong peak) {
        try {
            while (true) {
                long now = ProcFs.residentBytes(gateway.handle());
                peak.accumulateAndGet(now, Math::max);
                Thread.sleep(100);
            }
        } catch (InterruptedException e) {
            // The flood is over.
        }
    }
}
