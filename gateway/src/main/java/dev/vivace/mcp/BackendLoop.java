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
    static final String BY_HAND = "it is being restarted by hand";

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

    /** Whether somebody wanted the session of now; only its own thread knows. */
    private boolean ordered;

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
        BackendSession session = current; // before it is told: the next one is as wanted
        wanted.release();
        if (session != null) {
            session.end(BY_HAND);
        }
    }

    private void run() {
        try {
            while (!closed) {
                var session = new BackendSession(backend, options, version, pulse);
                boolean first = current == null;
                current = session;
                wanted.drainPermits(); // whoever wanted one has it now
                if (!first) {
                    restarts.increment();
                }
                String why = session.run();
                if (closed) {
                    return;
                }
                Duration wait = why.equals(BY_HAND) ? Duration.ZERO : backoff.after(ran(session));
                tell(why, session, wait);
                backend.down(why, System.nanoTime() + wait.toNanos());
                ordered = wanted.tryAcquire(wait.toNanos(), TimeUnit.NANOSECONDS);
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
        String words = session.lastWords().map("; it said last: "::concat).orElse("");
        boolean anew = ordered || session.upSince().isPresent();
        boolean due = reminder.due(why + words, anew, System.nanoTime());
        LOG.atLevel(!due ? Level.DEBUG : quiet ? Level.INFO : Level.WARN)
                .log(
                        "mcp server {} is not running: {}; it is {} again in {}, and then every {} at the latest{}",
                        name,
                        why,
                        backend.begun(),
                        Backoff.shown(wait),
                        Backoff.shown(Backoff.LONGEST),
                        words);
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
