package dev.vivace.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.ClientOptions.DisconnectedBehavior;
import io.lettuce.core.MaintNotificationsConfig;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.metrics.CommandLatencyRecorder;
import io.lettuce.core.resource.ClientResources;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way to one Redis or Valkey server: one connection that all share, and one for messages. It is
 * made in the background, and made again whenever it breaks. While there is none, while Redis is
 * slow, or with too many commands on their way, a command fails at once; none is ever sent twice.
 *
 * <p>Thread-safe. What comes of commands comes on a thread of Lettuce or of the common pool.
 */
public final class RedisLink implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RedisLink.class);

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);
    private static final Duration LAST_WORDS = Duration.ofMillis(500);
    private static final long TICK_MILLIS = 100;
    private static final int TICKS_PER_PROBE = 10;

    /**
     * A connection that answers nothing for so many probes may be a dead one that nobody closed.
     */
    private static final int PROBES_BEFORE_RECONNECT = 10;

    private static final long MIN_BACKOFF_MILLIS = 50;
    private static final long MAX_BACKOFF_MILLIS = 2_000;

    private final RedisUri uri;
    private final String prefix;
    private final Duration timeout;
    private final Circuit circuit;
    private final ClientResources resources;
    private final RedisClient client;
    private final Commands commands;
    private final List<Part> parts = new CopyOnWriteArrayList<>();
    private final ScheduledThreadPoolExecutor timer =
            new ScheduledThreadPoolExecutor(1, daemon("vivace-redis"));
    private final ExecutorService worker =
            Executors.newSingleThreadExecutor(daemon("vivace-redis-worker"));
    private volatile @Nullable Session session;
    private final CompletableFuture<Void> unreachable = new CompletableFuture<>();
    private volatile boolean closed;

    // Of the timer's thread.
    private long ticks;
    private int attempts;
    private int unanswered;

    /**
     * Begins to connect, and returns at once.
     *
     * @param uri {@code redis://[[user]:password@]host[:port][/database]}, or {@code rediss} for
     *     TLS
     * @param timeout how long a command may take; more than 0
     * @param prefix in front of all names in Redis, so that installations can share one
     * @throws IllegalArgumentException naming what is wrong, without the password
     */
    public RedisLink(URI uri, Duration timeout, String prefix) {
        this(uri, timeout, prefix, InstantSource.system());
    }

    RedisLink(URI uri, Duration timeout, String prefix, InstantSource clock) {
        this.uri = new RedisUri(uri);
        if (timeout.isNegative() || timeout.isZero()) {
            throw new IllegalArgumentException(
                    "the timeout of Redis must be more than 0, not " + timeout);
        }
        this.timeout = timeout;
        this.prefix = prefix;
        circuit = new Circuit(this.uri.shown(), clock);
        commands = new Commands(circuit, timeout);
        resources =
                ClientResources.builder()
                        .ioThreadPoolSize(2)
                        .computationThreadPoolSize(2)
                        .commandLatencyRecorder(CommandLatencyRecorder.disabled())
                        .build();
        client = RedisClient.create(resources);
        client.setOptions(
                ClientOptions.builder()
                        // Lettuce would send again what was on its way when a connection broke.
                        .autoReconnect(false)
                        .disconnectedBehavior(DisconnectedBehavior.REJECT_COMMANDS)
                        .requestQueueSize(Commands.MAX_OUTSTANDING)
                        .maintNotificationsConfig(MaintNotificationsConfig.disabled())
                        .socketOptions(
                                SocketOptions.builder()
                                        .connectTimeout(CONNECT_TIMEOUT)
                                        .keepAlive(true)
                                        .build())
                        .build());
        timer.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        timer.execute(this::connect);
        var unused =
                timer.scheduleAtFixedRate(
                        this::tick, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
    }

    private static ThreadFactory daemon(String name) {
        return Thread.ofPlatform().name(name).daemon().factory();
    }

    /**
     * A secret that is the same for all replicas: 32 bytes, derived from the configured one, or
     * else from how Redis is reached, its password included, and the prefix. Then all replicas must
     * write the URI in the same way.
     */
    public static byte[] secret(URI uri, String prefix, Optional<String> configured) {
        return InstallationSecret.derive(uri, prefix, configured);
    }

    /** How long a caller waits at most. */
    Duration timeout() {
        return timeout;
    }

    /** How Redis does. */
    public RedisHealth health() {
        return circuit.health();
    }

    /** Done once an attempt to connect has failed. */
    public CompletionStage<Void> unreachable() {
        return unreachable.copy();
    }

    /** Where Redis is, without credentials. */
    @Override
    public String toString() {
        return "Redis at " + uri.shown();
    }

    /** Flushes what is still to be written, for half a second at most, and disconnects. Blocks. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        circuit.closing();
        timer.shutdown();
        try {
            // What it does at this moment may use the client.
            boolean unused = timer.awaitTermination(LAST_WORDS.toMillis(), TimeUnit.MILLISECONDS);
            CompletableFuture.allOf(
                            parts.stream()
                                    .map(part -> part.last().toCompletableFuture())
                                    .toArray(CompletableFuture[]::new))
                    .get(LAST_WORDS.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Exception e) {
            LOG.debug("Redis did not take the last words", e);
        }
        circuit.lost("closed");
        session = null; // which the client closes
        worker.shutdown();
        client.shutdown(Duration.ZERO, LAST_WORDS);
        resources.shutdown(0, LAST_WORDS.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** The name of something in Redis. */
    byte[] key(String kind) {
        return (prefix + ":" + kind).getBytes(UTF_8);
    }

    /** The name of one of many things of a kind. */
    byte[] key(String kind, byte[] name) {
        byte[] front = key(kind + ":");
        byte[] key = java.util.Arrays.copyOf(front, front.length + name.length);
        System.arraycopy(name, 0, key, front.length, name.length);
        return key;
    }

    /** On the thread that says when it is connected, so that each part hears it once. */
    void add(Part part) {
        later(() -> {
            parts.add(part);
            if (circuit.lets()) {
                part.connected();
            }
        });
    }

    /** Runs something that takes a while, such as what a user of the cache wants done. In order. */
    void work(Runnable work) {
        execute(worker, work);
    }

    /** Runs on the thread of all parts. */
    void later(Runnable work) {
        execute(timer, work);
    }

    private static void execute(Executor executor, Runnable work) {
        try {
            executor.execute(() -> guarded(work));
        } catch (RejectedExecutionException e) {
            LOG.debug("closed", e);
        }
    }

    private static void guarded(Runnable work) {
        try {
            work.run();
        } catch (RuntimeException e) {
            LOG.warn("Something went wrong with what replicas share: {}", e.toString());
            LOG.debug("where", e);
        }
    }

    /** Tells all replicas, this one too, that something has changed. */
    void nudge() {
        var unused = run(commands -> commands.publish(key("changed"), new byte[0]));
    }

    <T> Reply<T> run(Function<RedisAsyncCommands<byte[], byte[]>, RedisFuture<T>> command) {
        return commands.run(Optional.ofNullable(session), command);
    }

    /** For large values, which may take longer without Redis being slow. */
    <T> Reply<T> runLarge(Function<RedisAsyncCommands<byte[], byte[]>, RedisFuture<T>> command) {
        return commands.runLarge(Optional.ofNullable(session), command);
    }

    private void connect() {
        if (closed) {
            return;
        }
        attempts++;
        CompletableFuture<Session> opened;
        try {
            opened = Session.open(client, uri.forLettuce(CONNECT_TIMEOUT)).toCompletableFuture();
        } catch (RuntimeException e) {
            opened = CompletableFuture.failedFuture(e);
        }
        var unused =
                opened.whenComplete((made, failure) -> {
                    if (failure != null) {
                        later(() -> failed(failure));
                    } else if (closed) {
                        made.close();
                    } else {
                        later(() -> begin(made));
                    }
                });
    }

    private void failed(Throwable failure) {
        circuit.lost(uri.without(reason(failure)));
        unreachable.complete(null);
        connectLater();
    }

    private void begin(Session made) {
        attempts = 0;
        unanswered = 0;
        session = made;
        circuit.connected();
        made.watch(key("changed"), () -> later(this::nudged), () -> later(() -> lost(made)));
        parts.forEach(part -> guarded(part::connected));
    }

    private void nudged() {
        parts.forEach(part -> guarded(part::nudged));
    }

    private void lost(Session broken) {
        if (session == broken && !closed) {
            session = null;
            circuit.lost("the connection broke");
            broken.close();
            connectLater();
        }
    }

    private void connectLater() {
        long most = Math.min(MAX_BACKOFF_MILLIS, MIN_BACKOFF_MILLIS << Math.min(attempts, 10));
        long wait = ThreadLocalRandom.current().nextLong(most / 2, most + 1);
        try {
            var unused = timer.schedule(this::connect, wait, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            LOG.debug("closed", e);
        }
    }

    private static String reason(Throwable failure) {
        Throwable cause = failure;
        while (cause.getCause() != null
                && (cause instanceof CompletionException
                        || cause.getCause().getMessage() != null)) {
            cause = cause.getCause();
        }
        return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
    }

    private void tick() {
        long count = ++ticks;
        if (count % TICKS_PER_PROBE == 0) {
            probe();
        }
        parts.forEach(part -> guarded(() -> part.tick(count)));
    }

    private void probe() {
        Session current = session;
        if (current == null) {
            return;
        }
        if (++unanswered > PROBES_BEFORE_RECONNECT) {
            lost(current);
            return;
        }
        var unused =
                commands.ping(current)
                        .whenComplete((pong, failure) -> {
                            if (!(failure instanceof TimeoutException)) {
                                later(() -> unanswered = 0);
                            }
                            if (failure == null) {
                                circuit.probed();
                            }
                        });
    }
}
