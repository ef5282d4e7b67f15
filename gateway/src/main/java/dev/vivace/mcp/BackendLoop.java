package dev.vivace.mcp;

import dev.vivace.config.ToolServer;
import dev.vivace.line.Crash;
import io.modelcontextprotocol.spec.McpSchema;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCNotification;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Keeps a session with one server, and begins another when that breaks, on one virtual thread.
 * Thread-safe.
 */
final class BackendLoop implements AutoCloseable {
    /** What is said at the beginning must be answered within that time, and each page of a list. */
    static final Duration HELLO = Duration.ofSeconds(30);

    private static final Logger LOG = LoggerFactory.getLogger(BackendLoop.class);
    static final Duration PULSE = Duration.ofSeconds(30);
    private static final String BY_HAND = "somebody wants it to begin anew";
    private static final Duration PING = Duration.ofSeconds(10);

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

    private volatile @Nullable Peer current;

    /** What the server of the session before said last; only its own thread knows. */
    private Optional<String> lastWords = Optional.empty();

    /** Since when the session of now is up; only its own thread knows. */
    private OptionalLong upSince = OptionalLong.empty();

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
        Peer up = current;
        if (up != null) {
            up.broken(BY_HAND);
        }
    }

    private void run() {
        try {
            while (!closed) {
                upSince = OptionalLong.empty();
                String why = session();
                if (closed) {
                    return;
                }
                boolean wasUp = upSince.isPresent();
                long ran = wasUp ? System.nanoTime() - upSince.getAsLong() : 0;
                Duration wait = backoff.after(Duration.ofNanos(ran));
                tell(why, wasUp, wait);
                backend.down(why, System.nanoTime() + wait.toNanos());
                if (wanted.tryAcquire(wait.toNanos(), TimeUnit.NANOSECONDS)) {
                    wanted.drainPermits();
                }
                restarts.increment();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** What fails for days in the same way is told now and then. */
    private void tell(String why, boolean wasUp, Duration wait) {
        boolean due = reminder.due(why, wasUp, System.nanoTime());
        LOG.atLevel(due && !quiet ? Level.WARN : Level.DEBUG)
                .log(
                        "mcp server {} is not running: {}; it is {} again in {}, and then every {} at the latest{}",
                        name,
                        why,
                        backend.begun(),
                        Backoff.shown(wait),
                        Backoff.shown(Backoff.LONGEST),
                        lastWords.map("; it said last: "::concat).orElse(""));
    }

    /** One session, from its beginning to its end; why it ended. */
    private String session() throws InterruptedException {
        var hearing = new Hearing();
        Link link = Links.to(name, options);
        try (Peer peer = new Peer(name, link, hearing)) {
            current = peer;
            link.open(peer);
            Set<String> can = hello(peer, link);
            var lists = new Lists(name, peer);
            Map<Kind, List<ObjectNode>> all = lists.all(can);
            Optional<String> end = hearing.end();
            if (end.isPresent()) {
                return end.get(); // what is missing is missing because of that
            }
            backend.keep(all);
            return attend(peer, link, lists, can, hearing);
        } catch (RpcException e) {
            return "it answered with the error " + e.error().code();
        } catch (TimeoutException e) {
            return "it did not answer in time";
        } catch (IOException e) {
            return String.valueOf(e.getMessage());
        } catch (RuntimeException | Error e) {
            Crash.log("talking to the mcp server " + name, e);
            return "the gateway failed on what it said";
        } finally {
            current = null;
            calmly(link::close);
            lastWords = closed ? Optional.empty() : link.lastWords();
        }
    }

    /** Who ends the gateway interrupts this thread, and a polite end takes its time. */
    private static void calmly(Runnable action) {
        Thread calm = Thread.ofVirtual().name("vivace-mcp-closes").start(action);
        boolean interrupted = false;
        while (calm.isAlive()) {
            try {
                calm.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private Set<String> hello(Peer peer, Link link)
            throws RpcException, IOException, TimeoutException, InterruptedException {
        ObjectNode params = Rpc.object();
        params.put("protocolVersion", Rpc.VERSIONS.getFirst());
        params.putObject("capabilities");
        params.putObject("clientInfo").put("name", "vivace").put("version", version);
        JsonNode answer = peer.ask(McpSchema.METHOD_INITIALIZE, params, HELLO, Optional.empty());
        String spoken = answer.path("protocolVersion").asString("");
        if (!Rpc.VERSIONS.contains(spoken)) {
            throw new IOException("it speaks a version of the protocol that is not known here");
        }
        link.ready(
                spoken,
                new JSONRPCNotification(McpSchema.METHOD_NOTIFICATION_INITIALIZED, Rpc.object()));
        return Set.copyOf(answer.path("capabilities").propertyNames());
    }

    /** Is up, and looks again at what the server says has changed, until it breaks. */
    private String attend(Peer peer, Link link, Lists lists, Set<String> can, Hearing hearing)
            throws InterruptedException {
        backend.up(peer, can);
        upSince = OptionalLong.of(System.nanoTime());
        LOG.info("mcp server {} is running: {} tools", name, backend.list(Kind.TOOLS).size());
        long pulseAt = System.nanoTime() + pulse.toNanos();
        while (true) {
            Optional<Kind> again = hearing.await(pulseAt);
            Optional<String> end = hearing.end();
            if (end.isPresent()) {
                // Before the link is closed, which takes a moment.
                backend.down(end.get(), System.nanoTime());
                return end.get();
            }
            if (again.isPresent()) {
                refresh(lists, again.get(), hearing);
            } else {
                link.pulse();
                ping(peer);
                pulseAt = System.nanoTime() + pulse.toNanos();
            }
        }
    }

    /** A list that does not come now comes later: only a link that breaks ends a session. */
    private void refresh(Lists lists, Kind kind, Hearing hearing) throws InterruptedException {
        try {
            backend.keep(Map.of(kind, lists.fetch(kind)));
        } catch (RpcException | IOException | TimeoutException e) {
            LOG.warn(
                    "mcp server {}: its {} are not there: {}; it is asked again",
                    name,
                    kind.member,
                    Lists.why(e));
            hearing.later(kind);
        }
    }

    /** A server that is busy may be late. */
    private void ping(Peer peer) throws InterruptedException {
        try {
            var unused = peer.ask(McpSchema.METHOD_PING, Rpc.object(), PING, Optional.empty());
        } catch (RpcException | IOException | TimeoutException e) {
            LOG.debug("mcp server {}: does not answer a ping", name);
        }
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
