package dev.vivace.bench;

import java.io.IOException;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.DoubleAccumulator;

/** A started gateway. Not thread-safe, except for what it has used. */
final class Contender implements AutoCloseable {
    private static final Duration START = Duration.ofSeconds(60);
    private static final Duration SILENCE = Duration.ofSeconds(30);

    private final String name;
    private final Child child;
    private final long startedNanos;
    private final int upstream;
    private OptionalInt port;

    private Contender(String name, Child child, long startedNanos, int upstream, OptionalInt port) {
        this.name = name;
        this.child = child;
        this.startedNanos = startedNanos;
        this.upstream = upstream;
        this.port = port;
    }

    /** One that listens on the port it was told to. */
    static Contender on(int port, String name, long startedNanos, Child child) {
        return new Contender(name, child, startedNanos, 0, OptionalInt.of(port));
    }

    /** One that picks its port and says which; it may name its upstream's too. */
    static Contender saysWhere(String name, long startedNanos, Child child, int upstream) {
        return new Contender(name, child, startedNanos, upstream, OptionalInt.empty());
    }

    String name() {
        return name;
    }

    /** Waits for it to say so, where it picks its own. */
    int port() {
        if (port.isEmpty()) {
            port = OptionalInt.of(child.awaitPort(upstream, START));
        }
        return port.getAsInt();
    }

    long cpuMicros() {
        return ProcFs.cpuMicros(child.handle());
    }

    double residentMegabytes() {
        return ProcFs.residentBytes(child.handle()) / 1e6;
    }

    /**
     * Asks it until it answers.
     *
     * @return milliseconds from the start of its process to the end of its first answer
     */
    double awaitFirstAnswer(Call call) {
        long until = startedNanos + START.toNanos();
        int where = port();
        while (true) {
            try (var wire = new Wire(where, SILENCE)) {
                int status = wire.exchange(call.bytes()).status();
                if (status == 200) {
                    return (System.nanoTime() - startedNanos) / 1e6;
                }
                if (status < 500) {
                    throw new BenchException(name + " answers with status " + status);
                }
            } catch (IOException e) {
                // Not listening yet.
            }
            child.pause(until);
        }
    }

    /** Asks once, on a connection of its own. */
    Wire.Reply ask(Call call) {
        try (var wire = new Wire(port(), SILENCE)) {
            return wire.exchange(call.bytes());
        } catch (IOException e) {
            throw new BenchException(name + " does not answer: " + e.getMessage());
        }
    }

    /** The most that it held, in megabytes, while something ran; looks ten times a second. */
    double peakMegabytes(Runnable work) {
        var peak = new DoubleAccumulator(Math::max, residentMegabytes());
        var done = new CountDownLatch(1);
        var sampler =
                Thread.ofVirtual()
                        .start(() -> {
                            do {
                                peak.accumulate(residentMegabytes());
                            } while (!elapses(done));
                        });
        try {
            work.run();
        } finally {
            done.countDown();
            join(sampler);
        }
        return peak.get();
    }

    private static boolean elapses(CountDownLatch done) {
        try {
            return done.await(100, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            return true;
        }
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Lets it rest. */
    void rest(Duration time) {
        child.pause(time);
    }

    @Override
    public void close() {
        child.close();
    }
}
