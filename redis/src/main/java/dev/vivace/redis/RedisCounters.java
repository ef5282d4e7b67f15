package dev.vivace.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.vivace.replica.SharedCounters;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sums over all replicas, each a hash in Redis with a field for every replica that added to it. Ten
 * times a second what was added or asked for since is written and read. A replica that starts again
 * is a new one: its old fields stay until the counter expires.
 *
 * <p>Thread-safe. At most {@link #MAX} counters are known at one time: beyond that, those that are
 * written and unused make room, and if all wait for Redis, a new one is not counted.
 */
public final class RedisCounters implements SharedCounters {
    static final int MAX = 100_000;

    private static final Logger LOG = LoggerFactory.getLogger(RedisCounters.class);
    private static final int AT_ONCE = 256;
    private static final long ASKED_NANOS = TimeUnit.MINUTES.toNanos(1);
    private static final long UNUSED_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final int TICKS_PER_SWEEP = 100;

    private final RedisLink link;
    private final LongSupplier nanos;
    private final int max;
    private final String replica = UUID.randomUUID().toString();
    private final AtomicLong fields = new AtomicLong();
    private final AtomicLong order = new AtomicLong();
    private final ConcurrentHashMap<String, Counter> counters = new ConcurrentHashMap<>();
    private final Set<String> due = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean flushing = new AtomicBoolean();
    private final AtomicBoolean toldFull = new AtomicBoolean();

    public RedisCounters(RedisLink link) {
        this(link, System::nanoTime, MAX);
    }

    /**
     * @param max the most counters that are known at one time
     */
    RedisCounters(RedisLink link, LongSupplier nanos, int max) {
        this.link = link;
        this.nanos = nanos;
        this.max = max;
        link.add(
                new Part() {
                    @Override
                    public void connected() {
                        counters.forEach((name, counter) -> due.add(name)); // it may have lost them
                        flushAll();
                    }

                    @Override
                    public void tick(long count) {
                        if (count % TICKS_PER_SWEEP == 0 || counters.mappingCount() > max * 0.9) {
                            sweep();
                        }
                        flushAll();
                    }

                    @Override
                    public CompletionStage<?> last() {
                        return flushAll();
                    }
                });
    }

    /**
     * @throws IllegalArgumentException if the expiry is less than a second
     */
    @Override
    public void add(String counter, long delta, long expirySeconds) {
        if (expirySeconds < 1) {
            throw new IllegalArgumentException(
                    "a counter must be kept for 1 second or more, not " + expirySeconds);
        }
        long now = nanos.getAsLong();
        with(
                counter,
                now,
                known -> {
                    known.add(delta, now, TimeUnit.SECONDS.toNanos(expirySeconds));
                    return 0L;
                });
    }

    @Override
    public long total(String counter) {
        long now = nanos.getAsLong();
        return with(
                counter,
                now,
                known -> {
                    known.touchedNanos = now;
                    if (!known.added) {
                        known.expiresNanos = now + ASKED_NANOS;
                    }
                    return known.own + known.others;
                });
    }

    private long with(String name, long now, Function<Counter, Long> use) {
        while (true) {
            Counter known = counters.get(name);
            if (known == null) {
                if (counters.mappingCount() >= max) {
                    tellFull();
                    return 0;
                }
                known =
                        counters.computeIfAbsent(
                                name,
                                absent ->
                                        new Counter(replica + "." + fields.getAndIncrement(), now));
            }
            synchronized (known) {
                if (known.added && known.expired(now)) {
                    known.dropped = true;
                    counters.remove(name, known);
                }
                if (!known.dropped) {
                    long result = use.apply(known);
                    due.add(name);
                    return result;
                }
            }
        }
    }

    private void tellFull() {
        if (toldFull.compareAndSet(false, true)) {
            LOG.warn("More than {} counters are shared: further ones are not counted", max);
        }
    }

    /** How many are known. */
    int size() {
        return counters.size();
    }

    /** Writes and reads what is due; to be told when nothing is due any more, or it failed. */
    CompletionStage<Boolean> flushAll() {
        if (due.isEmpty() || !flushing.compareAndSet(false, true)) {
            return CompletableFuture.completedFuture(false);
        }
        return flushNext();
    }

    private record Sent(String name, Counter counter, long own) {}

    private CompletionStage<Boolean> flushNext() {
        List<Sent> sent = new ArrayList<>();
        var flush = new CounterFlush();
        long now = nanos.getAsLong();
        long number = order.incrementAndGet();
        for (var names = due.iterator(); names.hasNext() && sent.size() < AT_ONCE; ) {
            String name = names.next();
            names.remove(); // before it is read: what is added after that makes it due again
            Counter counter = counters.get(name);
            if (counter != null) {
                synchronized (counter) {
                    if (!counter.dropped && !counter.expired(now)) {
                        sent.add(new Sent(name, counter, counter.own));
                        describe(flush, name, counter, number, now);
                    }
                }
            }
        }
        if (sent.isEmpty()) {
            flushing.set(false);
            return CompletableFuture.completedFuture(true);
        }
        return flush.run(link)
                .thenApply(sums -> take(sent, sums))
                .exceptionally(failure -> {
                    sent.forEach(one -> due.add(one.name));
                    return false;
                })
                .thenCompose(done -> {
                    if (done && !due.isEmpty() && sent.size() == AT_ONCE) {
                        return flushNext();
                    }
                    flushing.set(false);
                    return CompletableFuture.completedFuture(done);
                });
    }

    private void describe(CounterFlush flush, String name, Counter counter, long number, long now) {
        byte[] key = link.key("count", name.getBytes(UTF_8));
        if (counter.added) {
            long rest = TimeUnit.NANOSECONDS.toSeconds(counter.expiresNanos - now) + 1;
            flush.write(key, counter.field, counter.own, number, rest);
        } else {
            flush.read(key, counter.field);
        }
    }

    private static boolean take(List<Sent> sent, List<Long> sums) {
        for (int i = 0; i < sent.size(); i++) {
            Sent one = sent.get(i);
            synchronized (one.counter) {
                one.counter.others = sums.get(i) - one.own;
            }
        }
        return true;
    }

    /** Lets go of what has expired, and makes room if it is short. */
    private void sweep() {
        long now = nanos.getAsLong();
        for (var entry : counters.entrySet()) {
            Counter counter = entry.getValue();
            synchronized (counter) {
                boolean unused =
                        counters.mappingCount() > max * 0.8
                                && now - counter.touchedNanos > UNUSED_NANOS
                                && !due.contains(entry.getKey());
                if (counter.expired(now) || unused) {
                    counter.dropped = true;
                    counters.remove(entry.getKey(), counter);
                    due.remove(entry.getKey());
                }
            }
        }
        if (counters.mappingCount() < max) {
            toldFull.set(false);
        }
    }
}
