package dev.vivace.mcp;

import dev.vivace.config.ToolServer;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Keeps a session with one server, and begins another when that breaks, on one virtual thread.
 * Thread-safe.
 */
final class BackendLoop implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(BackendLoop.class);
    static final Duration PULSE = Duration.ofSeconds(30);
    private static final String BY_HAND = "an operator wants it to begin anew";

    private final Backend backend;
    private final String name;
    private final ToolServer options;
    private final String version;
    private final Duration pulse;
    private final Thread thread;
    private final Backoff backoff = new Backoff();
    private final Reminder reminder = new Reminder();

    /** One for each time that somebody wants another session at once. */
    private final Semaphore wanted = new Semaphore(0);

    private volatile @Nullable BackendSession current;

    private final LongAdder restarts = new LongAdder();
    private volatile boolean quiet;
    private volatile boolean closed;

    BackendLoop(Backend backend, ToolServer options, String version, Duration pulse) {
        this.backend = backend;
        this.name = backend.name();
        this.options = options;
        this.version = version;
        this.pulse = pulse;
        this.thread = Thread.ofVirtual().name("vivace-mcp-" + name).unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    /** How often another session was begun, or tried to, after the first. */
    long restarts() {
        return restarts.sum();
    }

    /** The gateway is about to end, and what is started here may end before it. */
    void quiet() {
        quiet = true;
    }

    /** Begins another session now, whether one is up or not. */
    void again() {
        wanted.release();
        BackendSession session = current;
        if (session != null) {
            session.end(BY_HAND);
        }
    }

    private void run() {
        try {
            while (!closed) {
                wanted.drainPermits(); // whoever wanted one has it now
                var session = new BackendSession(backend, options, version, pulse);
                current = session;
                String why = session.run();
                if (closed) {
                    return;
                }
                Duration wait = why.equals(BY_HAND) ? Duration.ZERO : backoff.after(ran(session));
                tell(why, session, wait);
                backend.down(why, System.nanoTime() + wait.toNanos());
                var unused = wanted.tryAcquire(wait.toNanos(), TimeUnit.NANOSECONDS);
                restarts.increment();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static Duration ran(BackendSession session) {
        return session.upSince().isPresent()
                ? Duration.ofNanos(System.nanoTime() - session.upSince().getAsLong())
                : Duration.ZERO;
    }

    /** What fails for days in the same way is told now and then. */
    private void tell(String why, BackendSession session, Duration wait) {
        if (why.equals(BY_HAND)) {
            LOG.info("mcp server {} is {} again, as an operator wants it", name, backend.begun());
            return;
        }
        boolean due = reminder.due(why, session.upSince().isPresent(), System.nanoTime());
        LOG.atLevel(due && !quiet ? Level.WARN : Level.DEBUG)
                .log(
                        "mcp server {} is not running: {}; it is {} again in {}, and then every {} at the latest{}",
                        name,
                        why,
                        backend.begun(),
                        Backoff.shown(wait),
                        Backoff.shown(Backoff.LONGEST),
                        session.lastWords().map("; it said last: "::concat).orElse(""));
    }

    /** Ends the session and what was started for it; waits for a moment. */
    @Override
    public void close() {
        closed = true;
        thread.interrupt();
        try {
            var unused = thread.join(Duration.ofSeconds(3));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
