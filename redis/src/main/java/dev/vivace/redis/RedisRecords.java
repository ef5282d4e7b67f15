package dev.vivace.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.vivace.replica.SharedRecords;
import io.lettuce.core.ScriptOutputType;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Records in one hash in Redis, beside a version that changes with every one. A message says that
 * there is news, and once a second the version is asked for, in case one got lost. Where Redis has
 * lost records, a replica that knows them puts them back.
 *
 * <p>That there are no records is believed only if the version says so, or if Redis goes on having
 * none for six seconds without a break; then it gets such a version.
 *
 * <p>Thread-safe. What is put while Redis is gone counts here at once and reaches it later; then it
 * replaces what others have put meanwhile, for the order in which things reach Redis is the only
 * one.
 */
public final class RedisRecords implements SharedRecords {
    /** Larger values are refused. */
    public static final int MAX_VALUE_BYTES = 64 << 10;

    /** More that are not in Redis yet are refused. */
    public static final int MAX_WAITING = 10_000;

    /**
     * Keys: records, version. Arguments: a new version, whether to replace, then ids and values. A
     * version ends with the number of records.
     */
    private static final byte[] PUT =
            """
            for i = 3, #ARGV, 2 do
              redis.call(ARGV[2], KEYS[1], ARGV[i], ARGV[i + 1])
            end
            redis.call('SET', KEYS[2], ARGV[1] .. ':' .. redis.call('HLEN', KEYS[1]))
            return 1
            """
                    .getBytes(UTF_8);

    private static final int AT_ONCE = 100;

    private static final String NONE = ":0";

    /**
     * A Redis that has nothing, and does not say so itself, may have lost all a moment ago. Those
     * who know what it had are connected again and have told it within so long: an attempt to
     * connect takes two seconds at most, and so does the pause before the next.
     */
    static final long DOUBT_NANOS = TimeUnit.SECONDS.toNanos(6);

    private final RedisLink link;
    private final LongSupplier nanos;
    private final byte[] hash;
    private final byte[] versionKey;
    private final List<Consumer<Map<String, byte[]>>> listeners = new CopyOnWriteArrayList<>();

    // All of it guarded by this.
    private final Map<String, byte[]> waiting = new LinkedHashMap<>();
    private Map<String, byte[]> inRedis = Map.of();
    private Optional<String> version = Optional.empty();
    private boolean known;
    private OptionalLong doubted = OptionalLong.empty();
    private boolean reading;
    private boolean readAgain;
    private boolean sending;

    public RedisRecords(RedisLink link) {
        this(link, System::nanoTime);
    }

    RedisRecords(RedisLink link, LongSupplier nanos) {
        this.link = link;
        this.nanos = nanos;
        hash = link.key("records");
        versionKey = link.key("records-version");
        link.add(
                new Part() {
                    @Override
                    public void connected() {
                        doubtAgain();
                        send();
                        read();
                    }

                    @Override
                    public void nudged() {
                        compare();
                    }

                    @Override
                    public void tick(long count) {
                        if (count % 10 == 0) {
                            send();
                            compare();
                        }
                    }
                });
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalArgumentException if the value is larger than {@link #MAX_VALUE_BYTES}
     * @throws IllegalStateException if {@link #MAX_WAITING} others wait for Redis
     */
    @Override
    public void put(String id, byte[] value) {
        if (value.length > MAX_VALUE_BYTES) {
            throw new IllegalArgumentException(
                    "a shared record may have "
                            + MAX_VALUE_BYTES
                            + " bytes, and "
                            + id
                            + " has "
                            + value.length);
        }
        synchronized (this) {
            if (waiting.size() >= MAX_WAITING && !waiting.containsKey(id)) {
                throw new IllegalStateException(
                        MAX_WAITING
                                + " records wait for Redis; no more can be put until it is back");
            }
            waiting.put(id, value.clone());
            if (known) {
                tell(listeners);
            }
        }
        send();
    }

    /**
     * {@inheritDoc}
     *
     * <p>Not before Redis was read for the first time. On a thread of the link's own, which may
     * take its time.
     */
    @Override
    public synchronized void onChange(Consumer<Map<String, byte[]>> all) {
        listeners.add(all);
        if (known) {
            tell(List.of(all));
        }
    }

    /** Under the lock, so that the order in which they hear of it is that of the changes. */
    private void tell(List<Consumer<Map<String, byte[]>>> whom) {
        Map<String, byte[]> all = new HashMap<>(inRedis);
        all.putAll(waiting);
        Map<String, byte[]> said = Map.copyOf(all);
        List<Consumer<Map<String, byte[]>>> them = List.copyOf(whom);
        link.work(() -> them.forEach(one -> one.accept(said)));
    }

    private void send() {
        Map<String, byte[]> some = new LinkedHashMap<>();
        synchronized (this) {
            if (sending || waiting.isEmpty()) {
                return;
            }
            sending = true;
            for (var one : waiting.entrySet()) {
                if (some.size() < AT_ONCE) {
                    some.put(one.getKey(), one.getValue());
                }
            }
        }
        var unused =
                write("HSET", some).whenComplete((done, failure) -> sent(some, failure == null));
    }

    private void sent(Map<String, byte[]> some, boolean there) {
        synchronized (this) {
            sending = false;
            if (there) {
                Map<String, byte[]> now = new HashMap<>(inRedis);
                now.putAll(some);
                inRedis = now;
                // What was put again meanwhile is another value, and waits on.
                some.forEach(waiting::remove);
            }
        }
        if (there) {
            link.nudge();
            link.later(this::send);
        }
    }

    private Reply<Long> write(String how, Map<String, byte[]> records) {
        byte[][] arguments = new byte[2 + 2 * records.size()][];
        arguments[0] = UUID.randomUUID().toString().getBytes(UTF_8);
        arguments[1] = how.getBytes(UTF_8);
        int i = 2;
        for (var one : records.entrySet()) {
            arguments[i++] = one.getKey().getBytes(UTF_8);
            arguments[i++] = one.getValue();
        }
        return link.runLarge(commands ->
                commands.eval(
                        PUT, ScriptOutputType.INTEGER, new byte[][] {hash, versionKey}, arguments));
    }

    private void compare() {
        var unused =
                link.run(commands -> commands.get(versionKey))
                        .thenApply(RedisRecords::text)
                        .thenAccept(now -> {
                            boolean news;
                            synchronized (this) {
                                news = !known || !now.equals(version);
                            }
                            if (news) {
                                read();
                            }
                        });
    }

    private static Optional<String> text(byte @org.jspecify.annotations.Nullable [] bytes) {
        return Optional.ofNullable(bytes).map(text -> new String(text, UTF_8));
    }

    /** Reads all; what changes meanwhile is read after it. */
    private void read() {
        synchronized (this) {
            if (reading) {
                readAgain = true;
                return;
            }
            reading = true;
        }
        // The version first: if a change comes in between, it is seen as one once more.
        var versionThen = link.run(commands -> commands.get(versionKey));
        var all = link.runLarge(commands -> commands.hgetall(hash));
        var unused =
                versionThen
                        .thenApply(RedisRecords::text)
                        .thenCombine(all, this::absorb)
                        .whenComplete((missing, failure) -> {
                            boolean again;
                            synchronized (this) {
                                reading = false;
                                again = readAgain && failure == null;
                                readAgain = false;
                            }
                            if (failure == null && !missing.isEmpty()) {
                                restore(missing);
                            }
                            if (again) {
                                link.later(this::read);
                            }
                        });
    }

    /** What is known here and not in Redis. */
    private synchronized Map<String, byte[]> absorb(
            Optional<String> versionThen, Map<byte[], byte[]> read) {
        Map<String, byte[]> now = new HashMap<>();
        read.forEach((id, value) -> now.put(new String(id, UTF_8), value));
        if (now.isEmpty()
                && !versionThen.filter(text -> text.endsWith(NONE)).isPresent()
                && !known
                && waiting.isEmpty()) {
            if (doubtful()) {
                return Map.of();
            }
            var unused = write("HSET", Map.of()); // a version
        }
        Map<String, byte[]> missing = new HashMap<>(inRedis);
        missing.keySet().removeAll(now.keySet());
        now.putAll(missing);
        boolean changed = !known || !same(inRedis, now);
        inRedis = now;
        version = versionThen;
        known = true;
        if (changed) {
            tell(listeners);
        }
        return missing;
    }

    /** What it had before it was gone, nobody knows. */
    private synchronized void doubtAgain() {
        doubted = OptionalLong.empty();
    }

    private boolean doubtful() {
        long at = nanos.getAsLong();
        if (doubted.isEmpty()) {
            doubted = OptionalLong.of(at);
        }
        return at - doubted.getAsLong() < DOUBT_NANOS;
    }

    private static boolean same(Map<String, byte[]> one, Map<String, byte[]> other) {
        return one.size() == other.size()
                && one.entrySet().stream()
                        .allMatch(entry ->
                                Arrays.equals(entry.getValue(), other.get(entry.getKey())));
    }

    /** Some of them; the next reading finds the others. */
    private void restore(Map<String, byte[]> missing) {
        Map<String, byte[]> some = new HashMap<>();
        missing.entrySet().stream()
                .limit(AT_ONCE)
                .forEach(one -> some.put(one.getKey(), one.getValue()));
        var unused =
                write("HSETNX", some)
                        .whenComplete((done, failure) -> {
                            if (failure == null) {
                                link.nudge();
                            }
                        });
    }
}
