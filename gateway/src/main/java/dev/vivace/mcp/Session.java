package dev.vivace.mcp;

import io.modelcontextprotocol.spec.McpSchema.JSONRPCNotification;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** What is known of one client between its requests. Thread-safe. */
final class Session {
    /** Most requests of one session at a time. */
    static final int MOST_RUNNING = 1_000;

    /** A request that is worked on, which its client may cancel. */
    static final class Running {
        private final Thread thread;
        private boolean cancelled;
        private boolean over;

        private Running(Thread thread) {
            this.thread = thread;
        }

        synchronized void cancel() {
            if (!over && !cancelled) {
                cancelled = true;
                thread.interrupt();
            }
        }

        /** From now on nothing interrupts its thread any more; whether it was cancelled before. */
        synchronized boolean end() {
            over = true;
            return cancelled;
        }
    }

    private final String id;
    private final String owner;
    private final String version;
    private final String client;
    private final Told told = new Told();
    private final Map<Object, Running> running = new ConcurrentHashMap<>();
    private final AtomicReference<@Nullable McpReply> stream = new AtomicReference<>();

    /** What was not told yet, since its client takes nothing at present. Guarded by itself. */
    private final Set<Kind> untold = EnumSet.noneOf(Kind.class);

    private volatile boolean closed;

    /**
     * @param owner whose it is; nobody else finds it
     * @param version what is spoken
     * @param client what it calls itself
     */
    Session(String id, String owner, String version, String client) {
        this.id = id;
        this.owner = owner;
        this.version = version;
        this.client = client;
    }

    String id() {
        return id;
    }

    String version() {
        return version;
    }

    String owner() {
        return owner;
    }

    String client() {
        return client;
    }

    /** What it was told of, where there are too many tools to be told of all. */
    Told told() {
        return told;
    }

    boolean isOf(String principal) {
        return owner.equals(principal);
    }

    /** Whether somebody waits for something. */
    boolean busy() {
        return stream.get() != null || !running.isEmpty();
    }

    /**
     * Begins to work on a request, on the current thread.
     *
     * @throws RpcException if there are too many, or one of that id
     */
    Running begin(Object requestId) throws RpcException {
        if (running.size() >= MOST_RUNNING) {
            throw new RpcException(
                    -32000,
                    "At most "
                            + MOST_RUNNING
                            + " requests of one session are worked on at a time.");
        }
        var mine = new Running(Thread.currentThread());
        if (running.putIfAbsent(requestId, mine) != null) {
            throw new RpcException(
                    io.modelcontextprotocol.spec.McpSchema.ErrorCodes.INVALID_REQUEST,
                    "There is a request of this id already.");
        }
        return mine;
    }

    void end(Object requestId, Running mine) {
        running.remove(requestId, mine);
    }

    void cancel(Object requestId) {
        Optional.ofNullable(running.get(requestId)).ifPresent(Running::cancel);
    }

    /** What nobody asked for goes there from now on; an earlier stream ends. */
    void hear(McpReply on) {
        Set<Kind> late;
        synchronized (untold) {
            late = untold.isEmpty() ? Set.of() : EnumSet.copyOf(untold);
            untold.clear();
        }
        McpReply before = stream.getAndSet(on);
        if (before != null) {
            before.empty(200);
        }
        on.open();
        on.onEnd(() -> stream.compareAndSet(on, null));
        late.forEach(this::changed);
        if (closed) {
            deaf(); // it was closed while this began
        }
    }

    /** Whether somebody hears what is told. */
    boolean listens() {
        return stream.get() != null;
    }

    /** Tells the client that a list has changed, if it listens: once, when it takes something. */
    void changed(Kind kind) {
        McpReply listening = stream.get();
        if (listening == null) {
            return;
        }
        synchronized (untold) {
            if (!untold.add(kind)) {
                return;
            }
        }
        listening.whenRoom(() -> {
            synchronized (untold) {
                untold.remove(kind);
            }
            listening.event(Rpc.bytes(new JSONRPCNotification(kind.changed(), Rpc.object())));
        });
    }

    /** Nobody hears anything any more. */
    void deaf() {
        McpReply listening = stream.getAndSet(null);
        if (listening != null) {
            listening.empty(200);
        }
    }

    /** Ends all that goes on in it. */
    void close() {
        closed = true;
        deaf();
        running.values().forEach(Running::cancel);
    }
}
