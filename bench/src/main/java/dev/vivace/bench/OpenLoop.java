package dev.vivace.bench;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.ConcurrentHistogram;

/**
 * Sends a call at each beat, whether or not those before it were answered, as independent clients
 * do. Each counts from the moment at which it was due: what waits in here because the machine is
 * busy is not left out.
 */
final class OpenLoop {
    /** Of those under way at a time; beyond it a call fails here. */
    private static final int MOST = 4_000;

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final long LONGEST_MICROS = Duration.ofMinutes(1).toNanos() / 1_000;

    private final int port;
    private final byte[] request;
    private final ConcurrentLinkedDeque<Wire> idle = new ConcurrentLinkedDeque<>();
    private final Semaphore room = new Semaphore(MOST);
    private final ConcurrentHistogram accepted = new ConcurrentHistogram(LONGEST_MICROS, 3);
    private final ConcurrentHistogram refused = new ConcurrentHistogram(LONGEST_MICROS, 3);
    private final LongAdder unexplained = new LongAdder();
    private final LongAdder failed = new LongAdder();

    /**
     * @param accepted microseconds of the calls that were answered with 200
     * @param refused microseconds of those that were answered with 429
     * @param unexplained those of them that were not told when to come again
     * @param failed those that had another answer, or none
     */
    record Result(
            ConcurrentHistogram accepted,
            ConcurrentHistogram refused,
            long unexplained,
            long failed) {
        long sent() {
            return accepted.getTotalCount() + refused.getTotalCount() + failed;
        }
    }

    private OpenLoop(int port, Call call) {
        this.port = port;
        this.request = call.bytes();
    }

    /** Sends so many calls a second for so long, and waits for the answers. */
    static Result run(int port, Call call, int perSecond, Duration time) {
        var loop = new OpenLoop(port, call);
        long calls = perSecond * time.toMillis() / 1_000;
        long start = System.nanoTime();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (long i = 0; i < calls; i++) {
                long due = start + i * 1_000_000_000L / perSecond;
                for (long left = due - System.nanoTime();
                        left > 0;
                        left = due - System.nanoTime()) {
                    LockSupport.parkNanos(left);
                }
                threads.execute(() -> loop.send(due));
            }
        }
        loop.idle.forEach(Wire::close);
        return new Result(loop.accepted, loop.refused, loop.unexplained.sum(), loop.failed.sum());
    }

    private void send(long due) {
        if (!room.tryAcquire()) {
            failed.increment();
            return;
        }
        Wire wire = idle.poll();
        try {
            wire = wire == null ? new Wire(port, PATIENCE) : wire;
            count(wire.exchange(request), (System.nanoTime() - due) / 1_000);
            idle.push(wire);
        } catch (IOException e) {
            failed.increment();
            if (wire != null) {
                wire.close();
            }
        } finally {
            room.release();
        }
    }

    private void count(Wire.Reply reply, long micros) {
        long kept = Math.clamp(micros, 0, LONGEST_MICROS);
        switch (reply.status()) {
            case 200 -> accepted.recordValue(kept);
            case 429 -> {
                refused.recordValue(kept);
                if (!reply.headers().containsKey("retry-after")) {
                    unexplained.increment();
                }
            }
            default -> failed.increment();
        }
    }
}
