package dev.vivace.mcp;

import dev.vivace.config.ToolServer;
import dev.vivace.line.Crash;
import io.modelcontextprotocol.spec.McpSchema;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCNotification;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashMap;
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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * One configured server: keeps a session with it, begins another when that breaks, and knows what
 * it has. One virtual thread does all of that; what a server had stays known while it is down.
 * Thread-safe.
 */
final class Backend implements AutoCloseable {
    /** Most that is known of one server, of each kind. */
    static final int MOST = 1_000;

    private static final Logger LOG = LoggerFactory.getLogger(Backend.class);
    private static final Duration HELLO = Duration.ofSeconds(30);
    private static final Duration PULSE = Duration.ofSeconds(30);
    private static final int MOST_PAGES = 100;

    private final String name;
    private final ToolServer options;
    private final String version;
    private final BiConsumer<Backend, Kind> changed;
    private final Thread thread;
    private final Backoff backoff = new Backoff();

    /** Whether the session of now was ever up; only its own thread knows. */
    private boolean wasUp;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition news = lock.newCondition();

    // Guarded by the lock.
    private final Map<Kind, List<ObjectNode>> lists = new EnumMap<>(Kind.class);
    private final Set<Kind> stale = EnumSet.noneOf(Kind.class);
    private Set<String> capabilities = Set.of();
    private @Nullable Peer up;
    private Optional<String> problem = Optional.of("it is being started");
    private long againAt;
    private boolean tried;
    private boolean closed;

    /**
     * @param version of ours, for the server
     * @param changed told, on the thread of this, which lists have changed
     */
    Backend(String name, ToolServer options, String version, BiConsumer<Backend, Kind> changed) {
        this.name = name;
        this.options = options;
        this.version = version;
        this.changed = changed;
        this.thread = Thread.ofVirtual().name("vivace-mcp-" + name).unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    String name() {
        return name;
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

    /** Waits until it has been up or has failed once. */
    void awaitTried(long untilNanos) throws InterruptedException {
        lock.lock();
        try {
            long left = untilNanos - System.nanoTime();
            while (!tried && !closed && left > 0) {
                left = news.awaitNanos(left);
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
        } catch (IOException e) {
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

    private String down() {
        String sentence =
                "The server " + name + " is not running: " + problem.orElse("it is closed") + "; ";
        long left = againAt - System.nanoTime();
        return left <= 0
                ? sentence + "try again in a moment."
                : sentence
                        + "it is started again in "
                        + Math.max(1, TimeUnit.NANOSECONDS.toSeconds(left + 999_999_999))
                        + " s.";
    }

    // ---- on its own thread

    private void run() {
        String before = "";
        try {
            while (!isClosed()) {
                long began = System.nanoTime();
                wasUp = false;
                String why = session();
                if (isClosed()) {
                    return;
                }
                Duration wait = backoff.after(Duration.ofNanos(System.nanoTime() - began));
                // What fails for days in the same way is told once.
                LOG.atLevel(!wasUp && why.equals(before) ? Level.DEBUG : Level.WARN)
                        .log(
                                "mcp server {} is not running: {}; it is started again in {} ms",
                                name,
                                why,
                                wait.toMillis());
                before = why;
                rest(why, wait);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
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

    private void rest(String why, Duration wait) throws InterruptedException {
        lock.lock();
        try {
            down(why);
            againAt = System.nanoTime() + wait.toNanos();
            tried = true;
            news.signalAll();
            long left = wait.toNanos();
            while (!closed && left > 0) {
                left = news.awaitNanos(left);
            }
            problem = Optional.of(why);
        } finally {
            lock.unlock();
        }
    }

    private void down(String why) {
        up = null;
        capabilities = Set.of();
        problem = Optional.of(why);
        stale.clear();
    }

    /** One session, from its beginning to its end; why it ended. */
    private String session() throws InterruptedException {
        var ears = new Hearing();
        try (Link link = Links.to(name, options);
                Peer peer = new Peer(name, link, ears)) {
            link.open(peer);
            Set<String> can = hello(peer, link);
            Map<Kind, List<ObjectNode>> all = new EnumMap<>(Kind.class);
            for (Kind kind : Kind.values()) {
                all.put(kind, can.contains(kind.capability) ? fetch(peer, kind) : List.of());
            }
            return attend(peer, can, all, ears);
        } catch (RpcException e) {
            return "it answered with the error " + shown(e);
        } catch (TimeoutException e) {
            return "it did not answer in time";
        } catch (IOException e) {
            return String.valueOf(e.getMessage());
        } catch (RuntimeException | Error e) {
            Crash.log("talking to the mcp server " + name, e);
            return "the gateway failed on what it said";
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
        peer.tell(McpSchema.METHOD_NOTIFICATION_INITIALIZED, Rpc.object());
        link.speaks(spoken);
        return Set.copyOf(answer.path("capabilities").propertyNames());
    }

    private List<ObjectNode> fetch(Peer peer, Kind kind)
            throws RpcException, IOException, TimeoutException, InterruptedException {
        var all = new LinkedHashMap<String, ObjectNode>();
        ObjectNode params = Rpc.object();
        for (int page = 0; page < MOST_PAGES; page++) {
            JsonNode answer;
            try {
                answer = peer.ask(kind.method, params, HELLO, Optional.empty());
            } catch (RpcException e) {
                if (e.error().code() == McpSchema.ErrorCodes.METHOD_NOT_FOUND) {
                    return List.of(); // some say that they have resources, and no templates
                }
                throw e;
            }
            for (JsonNode element : answer.path(kind.member)) {
                if (element instanceof ObjectNode object && Sound.is(name, kind, object)) {
                    all.putIfAbsent(object.path(kind.key).asString(), object);
                }
                if (all.size() == MOST) {
                    LOG.warn("mcp server {}: has more than {} {}", name, MOST, kind.member);
                    return List.copyOf(all.values());
                }
            }
            String cursor = answer.path("nextCursor").asString("");
            if (cursor.isEmpty()) {
                break;
            }
            params = Rpc.object().put("cursor", cursor);
        }
        return List.copyOf(all.values());
    }

    /** Is up, and looks again at what the server says has changed, until it breaks. */
    private String attend(Peer peer, Set<String> can, Map<Kind, List<ObjectNode>> all, Hearing ears)
            throws RpcException, IOException, TimeoutException, InterruptedException {
        List<Kind> others = new ArrayList<>();
        lock.lock();
        try {
            all.forEach((kind, list) -> {
                if (!list.equals(lists.put(kind, list))) {
                    others.add(kind);
                }
            });
        } finally {
            lock.unlock();
        }
        // Before anybody can call what is new, it is listed.
        others.forEach(kind -> changed.accept(this, kind));
        lock.lock();
        try {
            capabilities = can;
            problem = Optional.empty();
            up = peer;
            tried = true;
            news.signalAll();
        } finally {
            lock.unlock();
        }
        wasUp = true;
        LOG.info("mcp server {} is running: {} tools", name, list(Kind.TOOLS).size());
        while (true) {
            Optional<Kind> again = awaitNews(ears);
            if (ears.broken.isPresent()) {
                return ears.broken.get();
            }
            if (again.isPresent()) {
                refresh(peer, again.get());
            } else if (!isClosed()) {
                pulse(peer);
            } else {
                return "it is closed";
            }
        }
    }

    /** What is to be looked at again; empty after a while, or at the end. */
    private Optional<Kind> awaitNews(Hearing ears) throws InterruptedException {
        lock.lock();
        try {
            long left = PULSE.toNanos();
            while (!closed && stale.isEmpty() && ears.broken.isEmpty() && left > 0) {
                left = news.awaitNanos(left);
            }
            if (ears.broken.isPresent()) {
                down(ears.broken.get());
            }
            Optional<Kind> first = stale.stream().findFirst();
            first.ifPresent(stale::remove);
            return closed ? Optional.empty() : first;
        } finally {
            lock.unlock();
        }
    }

    private void refresh(Peer peer, Kind kind)
            throws RpcException, IOException, TimeoutException, InterruptedException {
        List<ObjectNode> now = fetch(peer, kind);
        boolean other;
        lock.lock();
        try {
            other = !now.equals(lists.put(kind, now));
        } finally {
            lock.unlock();
        }
        if (other) {
            changed.accept(this, kind);
        }
    }

    /** A server that is busy may be late: only a link that breaks means something. */
    private void pulse(Peer peer) throws IOException, InterruptedException {
        try {
            var unused =
                    peer.ask(
                            McpSchema.METHOD_PING,
                            Rpc.object(),
                            Duration.ofSeconds(10),
                            Optional.empty());
        } catch (RpcException | TimeoutException e) {
            LOG.debug("mcp server {}: does not answer a ping", name);
        }
    }

    private static String shown(RpcException e) {
        return e.error().code().toString();
    }

    private final class Hearing implements Peer.Ears {
        // Guarded by the lock.
        private Optional<String> broken = Optional.empty();

        @Override
        public void notified(JSONRPCNotification notification) {
            lock.lock();
            try {
                for (Kind kind : Kind.values()) {
                    if (notification.method().equals(kind.changed())) {
                        stale.add(kind);
                        news.signalAll();
                    }
                }
            } finally {
                lock.unlock();
            }
        }

        @Override
        public void broken(String why) {
            lock.lock();
            try {
                broken = Optional.of(why);
                news.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }

    /** Ends the session and what was started for it; waits for a moment. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            problem = Optional.of("the gateway ends");
            news.signalAll();
        } finally {
            lock.unlock();
        }
        thread.interrupt();
        try {
            var unused = thread.join(Duration.ofSeconds(3));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
