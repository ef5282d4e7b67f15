package dev.vivace.micro;

import dev.vivace.cache.CacheStore;
import dev.vivace.cache.CachedAnswer;
import dev.vivace.cache.ExactCache;
import dev.vivace.cache.Fingerprint;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** A hit among 10,000 answers, beside an unbounded map. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 3, time = 2)
@Fork(1)
public class CacheBenchmark {
    private static final int ENTRIES = 10_000;

    private final ExactCache cache = new ExactCache(64 << 20, CacheStore.none(), Clock.systemUTC());
    private final Map<Fingerprint, CachedAnswer> map = new ConcurrentHashMap<>();
    private int next;

    @Setup
    public void fill() {
        for (int i = 0; i < ENTRIES; i++) {
            var answer =
                    new CachedAnswer(
                            System.currentTimeMillis(),
                            Duration.ofHours(1),
                            "m",
                            "",
                            List.of(),
                            "question",
                            Optional.empty(),
                            0,
                            Optional.of(new byte[1000]),
                            Optional.empty());
            cache.store(key(i), answer);
            map.put(key(i), answer);
        }
    }

    private static Fingerprint key(int i) {
        return new Fingerprint(i * 0x9E3779B97F4A7C15L, i, i, i);
    }

    @Benchmark
    public Optional<CachedAnswer> hit() {
        return cache.find(key(next++ % ENTRIES), Optional.empty());
    }

    @Benchmark
    public Optional<CachedAnswer> rivalMap() {
        return Optional.ofNullable(map.get(key(next++ % ENTRIES)));
    }
}
