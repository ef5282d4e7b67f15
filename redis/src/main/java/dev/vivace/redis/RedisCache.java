package dev.vivace.redis;

import dev.vivace.cache.CachedAnswer;
import dev.vivace.cache.CachedAnswerFormat;
import dev.vivace.cache.Fingerprint;
import dev.vivace.cache.Invalidation;
import dev.vivace.cache.SecondLevel;
import io.lettuce.core.KeyValue;
import io.lettuce.core.SetArgs;
import java.nio.ByteBuffer;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * Cached answers in Redis, which replicas share. Redis lets them expire by its own clock; an
 * invalidation is never decided by a clock, but by its place in a stream. An entry that was
 * invalidated is deleted when somebody asks for it.
 *
 * <p>Thread-safe. What comes of {@link #get} and {@link #getAll} comes on a thread of Lettuce or of
 * the common pool.
 */
public final class RedisCache implements SecondLevel {
    /** Larger ones are not stored. */
    static final int MAX_ENTRY_BYTES = 4 << 20;

    /** Redis does nothing else while it reads so many. */
    private static final int KEYS_AT_ONCE = 64;

    /** Most that are asked for in one call. */
    static final int MAX_KEYS = 1_024;

    /** How long all of them may take. */
    private static final int TIMEOUTS_FOR_ALL = 4;

    /** What may be on its way to Redis at one time; what comes on top of it is not stored. */
    static final long MAX_BYTES_ON_THEIR_WAY = 16 << 20;

    private final RedisLink link;
    private final InstantSource clock;
    private final Invalidations invalidations;
    private final AtomicLong bytesOnTheirWay = new AtomicLong();

    /**
     * @param clock what {@link CachedAnswer#storedAt} is by
     */
    public RedisCache(RedisLink link, InstantSource clock) {
        this.link = link;
        this.clock = clock;
        invalidations = new Invalidations(link);
    }

    /**
     * Tells what to forget, for every invalidation by any replica, this one too, as soon as it is
     * known here: all that Redis still has when the link is first made, and those that were missed
     * while there was none. One call at a time, on a thread of the link's own, which may take its
     * time. An answer that was asked for before must not be {@link #put} after its listener has
     * returned.
     */
    public void onInvalidation(Consumer<Invalidation> listener) {
        invalidations.listen(listener);
    }

    @Override
    public CompletionStage<Optional<CachedAnswer>> get(Fingerprint key) {
        byte[] name = name(key);
        // In this order: what was invalidated before the answer was read is seen after it.
        CompletionStage<Optional<byte[]>> value =
                link.run(commands -> commands.get(name)).thenApply(Optional::ofNullable);
        CompletionStage<Boolean> caughtUp = invalidations.catchUp();
        return value.thenCombine(
                        caughtUp, (bytes, known) -> bytes.flatMap(found -> read(key, found)))
                .exceptionally(failure -> Optional.empty());
    }

    /**
     * A few at a time, one time after the other, so that nobody else waits for long. What is not
     * there within four times the link's timeout is not waited for, and says nothing of how Redis
     * does: so many may be tens of megabytes. Of more than {@link #MAX_KEYS} the rest is not asked
     * for.
     */
    @Override
    public CompletionStage<Map<Fingerprint, CachedAnswer>> getAll(List<Fingerprint> keys) {
        List<Fingerprint> asked = keys.subList(0, Math.min(keys.size(), MAX_KEYS));
        long deadline = System.nanoTime() + TIMEOUTS_FOR_ALL * link.timeout().toNanos();
        return next(asked, new HashMap<>(), deadline);
    }

    private CompletionStage<Map<Fingerprint, CachedAnswer>> next(
            List<Fingerprint> asked, Map<Fingerprint, CachedAnswer> found, long deadline) {
        long left = deadline - System.nanoTime();
        if (asked.isEmpty() || left <= 0) {
            return CompletableFuture.completedFuture(found);
        }
        int most = Math.min(asked.size(), KEYS_AT_ONCE);
        return some(asked.subList(0, most), left)
                .handle((some, failure) -> {
                    if (failure != null) {
                        return CompletableFuture.completedFuture(found); // as far as it came
                    }
                    found.putAll(some);
                    return next(asked.subList(most, asked.size()), found, deadline);
                })
                .thenCompose(rest -> rest);
    }

    private CompletionStage<Map<Fingerprint, CachedAnswer>> some(
            List<Fingerprint> keys, long limitNanos) {
        byte[][] names = keys.stream().map(this::name).toArray(byte[][]::new);
        return link.runLarge(commands -> commands.mget(names))
                .orTimeout(limitNanos, TimeUnit.NANOSECONDS)
                .thenCompose(values ->
                        values.stream().anyMatch(KeyValue::hasValue)
                                // After it, as above.
                                ? invalidations
                                        .catchUp()
                                        .thenApplyAsync(
                                                known -> readAll(keys, values)) // it is work
                                : CompletableFuture.completedFuture(Map.of()));
    }

    private Map<Fingerprint, CachedAnswer> readAll(
            List<Fingerprint> keys, List<KeyValue<byte[], byte[]>> values) {
        var answers = new HashMap<Fingerprint, CachedAnswer>();
        for (int i = 0; i < keys.size(); i++) {
            Fingerprint key = keys.get(i);
            values.get(i)
                    .ifHasValue(bytes ->
                            read(key, bytes).ifPresent(answer -> answers.put(key, answer)));
        }
        return answers;
    }

    private Optional<CachedAnswer> read(Fingerprint key, byte[] bytes) {
        if (bytes.length > StreamId.LENGTH) {
            byte[] stamp = Arrays.copyOf(bytes, StreamId.LENGTH);
            byte[] body = Arrays.copyOfRange(bytes, StreamId.LENGTH, bytes.length);
            Optional<CachedAnswer> answer = CachedAnswerFormat.read(checked(key, stamp), body);
            if (answer.isPresent() && !invalidations.hold(StreamId.of(stamp), answer.get())) {
                return answer;
            }
        }
        var unused = link.run(commands -> commands.del(name(key)));
        return Optional.empty();
    }

    /** Nothing waits for it, and it is dropped where there is no room or no Redis. */
    @Override
    public void put(Fingerprint key, CachedAnswer answer) {
        int weight = answer.weight();
        if (weight > MAX_ENTRY_BYTES || lifeMillis(answer) <= 0) {
            return;
        }
        if (bytesOnTheirWay.addAndGet(weight) > MAX_BYTES_ON_THEIR_WAY) {
            bytesOnTheirWay.addAndGet(-weight);
            return;
        }
        StreamId stamp = invalidations.stamp();
        link.work(() ->
                send(key, answer, stamp)
                        .whenComplete((done, failure) -> bytesOnTheirWay.addAndGet(-weight)));
    }

    private CompletionStage<String> send(Fingerprint key, CachedAnswer answer, StreamId stamp) {
        long life = lifeMillis(answer);
        if (life <= 0) {
            return CompletableFuture.completedFuture("expired");
        }
        byte[] front = stamp.bytes();
        byte[] body = CachedAnswerFormat.write(checked(key, front), answer);
        byte[] value = ByteBuffer.allocate(front.length + body.length).put(front).put(body).array();
        return link.runLarge(commands -> commands.set(name(key), value, SetArgs.Builder.px(life)));
    }

    @Override
    public void invalidate(Invalidation which) {
        invalidations.add(which);
    }

    /** What is on its way to Redis now, in bytes. */
    long bytesOnTheirWay() {
        return bytesOnTheirWay.get();
    }

    private long lifeMillis(CachedAnswer answer) {
        return answer.ttl().toMillis() - Math.max(0, clock.millis() - answer.storedAt());
    }

    private byte[] name(Fingerprint key) {
        return link.key("answer", key.bytes());
    }

    /** What the checksum is over, beside the answer. */
    private static byte[] checked(Fingerprint key, byte[] stamp) {
        return ByteBuffer.allocate(Fingerprint.LENGTH + stamp.length)
                .put(key.bytes())
                .put(stamp)
                .array();
    }
}
