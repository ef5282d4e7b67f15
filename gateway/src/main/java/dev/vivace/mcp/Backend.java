package dev.vivace.mcp;

import dev.vivace.config.ToolServer;
import dev.vivace.tool.Resource;
import java.io.IOException;
import java.time.Duration;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * One configured server: what it has, and the way to ask it while it is up. What it had stays known
 * while it is down. Thread-safe.
 */
final class Backend implements AutoCloseable {
    private final String name;
    private final ToolServer options;
    private final BiConsumer<Backend, Kind> changed;
    private final BackendLoop loop;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition wasTried = lock.newCondition();

    // Guarded by the lock.
    private final Map<Kind, List<ObjectNode>> lists = new EnumMap<>(Kind.class);
    private Set<String> capabilities = Set.of();
    private @Nullable Peer up;
    private Optional<String> problem = Optional.of("it is being started");
    private long againAt;
    private boolean tried;
    private boolean closed;

    /**
     * @param version of ours, for the server
     * @param changed told, on a thread that may wait, which lists have changed
     */
    Backend(String name, ToolServer options, String version, BiConsumer<Backend, Kind> changed) {
        this(name, options, version, changed, BackendLoop.PULSE);
    }

    /**
     * @param pulse how often it is looked at
     */
    Backend(
            String name,
            ToolServer options,
            String version,
            BiConsumer<Backend, Kind> changed,
            Duration pulse) {
        this.name = name;
        this.options = options;
        this.changed = changed;
        this.loop = new BackendLoop(this, options, version, pulse);
    }

    void start() {
        loop.start();
    }

    String name() {
        return name;
    }

    long restarts() {
        return loop.restarts();
    }

    /** Ends its session, if there is one, and begins another at once. */
    void again() {
        down(BackendLoop.BY_HAND, System.nanoTime()); // so that no call goes there meanwhile
        loop.again();
    }

    /** The gateway is about to end: that it ends too is no news. */
    void quiet() {
        loop.quiet();
    }

    /** What its tools read or write. */
    Resource resource() {
        return Resource.of("mcp", name);
    }

    /** What is done to it when a session begins. */
    String begun() {
        return switch (options) {
            case ToolServer.Local local -> "started";
            case ToolServer.Remote remote -> "asked";
        };
    }

    ToolServer.Terms terms() {
        return options.terms();
    }

    /** What it has, as it says it; what it had, while it is down. */
    List<ObjectNode> list(Kind kind) {
        lock.lock();
        try {
            return lists.getOrDefault(kind, List.of());
        } finally {
            lock.unlock();
        }
    }

    /** Whether it says that it has this, at present. */
    boolean has(String capability) {
        lock.lock();
        try {
            return up != null && capabilities.contains(capability);
        } finally {
            lock.unlock();
        }
    }

    /** Why it cannot be asked; empty if it can. */
    Optional<String> problem() {
        lock.lock();
        try {
            return problem;
        } finally {
            lock.unlock();
        }
    }

    /** Waits until it has been up or has failed once, or is closed. */
    void awaitTried(long untilNanos) throws InterruptedException {
        lock.lock();
        try {
            long left = untilNanos - System.nanoTime();
            while (!tried && left > 0) {
                left = wasTried.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * Asks it, for as long as its terms say.
     *
     * @throws RpcException its own error
     * @throws IOException if it is down or breaks, with a sentence for people and models
     * @throws TimeoutException likewise
     */
    JsonNode ask(String method, ObjectNode params, Optional<Consumer<ObjectNode>> progress)
            throws RpcException, IOException, TimeoutException, InterruptedException {
        Peer peer = peer();
        Duration longest = terms().timeout();
        try {
            return peer.ask(method, params, longest, progress);
        } catch (DownException e) {
            throw new DownException(
                    "The server " + name + " has not answered: " + e.getMessage() + ".");
        } catch (IOException e) {
            if (isClosed()) {
                throw new IOException(
                        "The gateway is stopping: a call of the server " + name + " was cut off.",
                        e);
            }
            throw new IOException(
                    "The server " + name + " has not answered: " + e.getMessage() + ".", e);
        } catch (TimeoutException e) {
            throw new TimeoutException(
                    "The server "
                            + name
                            + " has not answered within "
                            + longest.toMillis() / 1000.0
                            + " s.");
        }
    }

    private Peer peer() throws IOException {
        lock.lock();
        try {
            Peer peer = up;
            if (peer == null) {
                throw new DownException(down());
            }
            return peer;
        } finally {
            lock.unlock();
        }
    }

    private boolean isClosed() {
        lock.lock();
        try {
            return closed;
        } finally {
            lock.unlock();
        }
    }

    /** That it is not running, and why; empty if it is. */
    Optional<String> notRunning() {
        lock.lock();
        try {
            return up == null ? Optional.of(down()) : Optional.empty();
        } finally {
            lock.unlock();
        }
    }

    private String down() {
        if (closed) {
            return "The gateway is stopping: the server " + name + " is not called any more.";
        }
        String sentence =
                "The server " + name + " is not running: " + problem.orElse("it is closed") + "; ";
        long left = againAt - System.nanoTime();
        return left <= 0
                ? sentence + "try again in a moment."
                : sentence
                        + "it is "
                        + begun()
                        + " again in "
                        + Math.max(1, TimeUnit.NANOSECONDS.toSeconds(left + 999_999_999))
                        + " s.";
    }

    // ---- for the loop

    /** It has these now, which whoever lists hears of before they can be called. */
    void keep(Map<Kind, List<ObjectNode>> now) {
        var others = EnumSet.noneOf(Kind.class);
        lock.lock();
        try {
            now.forEach((kind, list) -> {
                if (!list.equals(lists.put(kind, list))) {
                    others.add(kind);
                }
            });
        } finally {
            lock.unlock();
        }
        others.forEach(kind -> changed.accept(this, kind));
    }

    /** It can be asked. */
    void up(Peer peer, Set<String> can) {
        lock.lock();
        try {
            up = peer;
            capabilities = can;
            problem = Optional.empty();
            settle();
        } finally {
            lock.unlock();
        }
    }

    /**
     * It cannot be asked.
     *
     * @param againNanos when it is started again
     */
    void down(String why, long againNanos) {
        lock.lock();
        try {
            up = null;
            capabilities = Set.of();
            if (!closed) {
                problem = Optional.of(why);
            }
            againAt = againNanos;
            settle();
        } finally {
            lock.unlock();
        }
    }

    private void settle() {
        tried = true;
        wasTried.signalAll();
    }

    /** Ends the session and what was started for it; waits for a moment. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            problem = Optional.of("the gateway ends");
            settle();
        } finally {
            lock.unlock();
        }
        loop.close();
    }
}
