package dev.vivace.redis;

import static dev.vivace.redis.Answers.answer;
import static dev.vivace.redis.Answers.key;
import static dev.vivace.redis.KnownInvalidationsTest.scope;
import static dev.vivace.redis.Links.get;
import static dev.vivace.redis.Links.prefix;
import static dev.vivace.redis.Links.until;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vivace.cache.CachedAnswer;
import dev.vivace.cache.Fingerprint;
import dev.vivace.cache.Invalidation;
import dev.vivace.redis.RedisHealth.State;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class RedisCacheTest {
    private static Redis server;

    @BeforeAll
    static void start() {
        server = new Redis().start();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static RedisCache cache(RedisLink link) {
        return new RedisCache(link, InstantSource.system());
    }

    private static Optional<CachedAnswer> find(RedisCache cache, Fingerprint key) {
        return get(cache.get(key));
    }

    /**
     * Puts until it is there: what is stored right after an invalidation may still be forgotten.
     */
    private static void store(RedisCache cache, Fingerprint key, CachedAnswer answer) {
        until(() -> {
            cache.put(key, answer);
            until(() -> cache.bytesOnTheirWay() == 0);
            return find(cache, key).isPresent();
        });
    }

    @Test
    void replicasFindWhatOneHasStored() {
        String prefix = prefix();
        try (var one = Links.up(server.uri(), prefix);
                var other = Links.up(server.uri(), prefix)) {
            var stored = answer("scope", "why?");
            store(cache(one), key(1), stored);
            var there = cache(other);
            CachedAnswer found = find(there, key(1)).orElseThrow();
            assertEquals(stored.question(), found.question());
            assertEquals(stored.usage(), found.usage());
            assertEquals(stored.storedAt(), found.storedAt());
            assertArrayEquals(stored.object().orElseThrow(), found.object().orElseThrow());
            assertEquals(Optional.empty(), find(there, key(2)));
        }
    }

    @Test
    void livesAsLongAsTheEntryMayAndNoLonger() {
        try (var link = Links.up(server.uri(), prefix())) {
            var cache = cache(link);
            store(cache, key(1), answer("s", "q", 10, Duration.ofSeconds(100)));
            byte[] name = link.key("answer", key(1).bytes());
            long life = server.ask(commands -> commands.pttl(name));
            assertTrue(life > 0 && life <= 100_000, life + " ms");
            cache.put(key(2), answer("s", "q", 10, Duration.ZERO));
            cache.put(key(2), answer("s", "q", RedisCache.MAX_ENTRY_BYTES, Duration.ofHours(1)));
            assertEquals(0, cache.bytesOnTheirWay());
        }
    }

    @Test
    void damagedBytesAreAMissAndGone() {
        try (var link = Links.up(server.uri(), prefix())) {
            var cache = cache(link);
            store(cache, key(1), answer("s", "q"));
            byte[] name = link.key("answer", key(1).bytes());
            byte[] sound = server.ask(commands -> commands.get(name));
            for (int at = 0; at < sound.length; at += 7) {
                byte[] damaged = sound.clone();
                damaged[at] ^= 1;
                get(link.run(commands -> commands.set(name, damaged)));
                assertEquals(Optional.empty(), find(cache, key(1)), "at " + at);
                assertEquals(0, get(link.run(commands -> commands.exists(name))).longValue());
            }
            get(link.run(commands -> commands.set(name, new byte[3])));
            assertEquals(Optional.empty(), find(cache, key(1)));
            byte[] foreign = link.key("answer", key(2).bytes());
            get(link.run(commands -> commands.set(foreign, sound)));
            assertEquals(Optional.empty(), find(cache, key(2)), "of another key");
        }
    }

    @Test
    void anInvalidationHoldsForAllReplicasAndForNothingElse() {
        String prefix = prefix();
        try (var one = Links.up(server.uri(), prefix);
                var other = Links.up(server.uri(), prefix)) {
            var here = cache(one);
            var there = cache(other);
            Set<Invalidation> heardHere = ConcurrentHashMap.newKeySet();
            Set<Invalidation> heardThere = ConcurrentHashMap.newKeySet();
            here.onInvalidation(heardHere::add);
            there.onInvalidation(heardThere::add);
            store(here, key(1), answer("red", "q"));
            store(here, key(2), answer("blue", "q"));
            there.invalidate(scope("red"));
            assertEquals(Optional.empty(), find(there, key(1)), "at once where it was said");
            until(() -> heardHere.contains(scope("red")) && heardThere.contains(scope("red")));
            assertEquals(Optional.empty(), find(here, key(1)));
            assertTrue(find(here, key(2)).isPresent());
            assertTrue(find(there, key(2)).isPresent());
            store(here, key(1), answer("red", "again"));
            assertEquals("again", find(there, key(1)).orElseThrow().question());
        }
    }

    @Test
    void severalAreFoundInOneGo() {
        String prefix = prefix();
        try (var one = Links.up(server.uri(), prefix);
                var other = Links.up(server.uri(), prefix)) {
            var here = cache(one);
            var there = cache(other);
            var keys = new ArrayList<Fingerprint>();
            for (int i = 0; i < 150; i++) {
                keys.add(key(i));
                if (i % 3 != 0) {
                    store(here, key(i), answer(i % 3 == 1 ? "red" : "blue", "q" + i));
                }
            }
            here.invalidate(scope("red"));
            until(() -> get(one.run(c -> c.xlen(one.key("invalidations")))) == 1);
            Map<Fingerprint, CachedAnswer> found = get(there.getAll(keys));
            for (int i = 0; i < 150; i++) {
                String expected = i % 3 == 2 ? "q" + i : "none";
                CachedAnswer got = found.get(key(i));
                assertEquals(expected, got == null ? "none" : got.question());
            }
            assertEquals(Map.of(), get(there.getAll(List.of())));
            List<Fingerprint> many =
                    new ArrayList<>(Collections.nCopies(RedisCache.MAX_KEYS, key(-1)));
            many.add(key(2));
            assertEquals(Map.of(), get(there.getAll(many)), "what is beyond the most is not asked");
        }
    }

    @Test
    void whatComesInTimeIsKept() {
        String prefix = prefix();
        try (var proxy = new SlowProxy(server.port());
                var one = Links.up(server.uri(), prefix);
                var other = Links.up(proxy.uri(), Duration.ofMillis(500), prefix)) {
            var here = cache(one);
            var there = cache(other);
            var keys = new ArrayList<Fingerprint>();
            for (int i = 0; i < 128; i++) {
                keys.add(key(i));
                store(here, key(i), answer("s", "q", 10_000, Duration.ofHours(1)));
            }
            proxy.holdAfter(900_000); // of 640,000 at a time
            Set<Fingerprint> found = get(there.getAll(keys)).keySet();
            proxy.release();
            assertEquals(Set.copyOf(keys.subList(0, 64)), found);
        }
    }

    @Test
    void manyThatAreLateDoNotMakeRedisSlow() {
        try (var proxy = new SlowProxy(server.port());
                var link = Links.up(proxy.uri(), Duration.ofMillis(100), prefix())) {
            var cache = cache(link);
            proxy.hold();
            List<Fingerprint> many = Collections.nCopies(RedisCache.MAX_KEYS, key(1));
            var calls = new ArrayList<CompletionStage<Map<Fingerprint, CachedAnswer>>>();
            for (int i = 0; i <= Circuit.LATE; i++) {
                calls.add(cache.getAll(many));
            }
            calls.forEach(call -> assertEquals(Map.of(), get(call)));
            assertEquals(State.UP, link.health().state());
            proxy.release();
        }
    }

    /** As at a start: what it holds may be older than what was said before. */
    @Test
    void whoListensLateHearsWhatWasSaidBefore() {
        String prefix = prefix();
        try (var one = Links.up(server.uri(), prefix);
                var other = Links.up(server.uri(), prefix)) {
            cache(one).invalidate(scope("red"));
            until(() -> get(one.run(c -> c.xlen(one.key("invalidations")))) == 1);
            // Known before anybody listens.
            var there = cache(other);
            store(there, key(1), answer("red", "q"));
            get(there.get(key(1)));
            Set<Invalidation> late = ConcurrentHashMap.newKeySet();
            there.onInvalidation(late::add);
            until(() -> late.contains(scope("red")));
            // And not known when somebody does.
            Set<Invalidation> early = ConcurrentHashMap.newKeySet();
            cache(other).onInvalidation(early::add);
            until(() -> early.contains(scope("red")));
        }
    }

    @Test
    void aReplicaThatWasCutOffServesNothingThatWasInvalidatedMeanwhile() {
        String prefix = prefix();
        try (var proxy = new SlowProxy(server.port());
                var one = Links.up(server.uri(), prefix);
                var other = Links.up(proxy.uri(), prefix)) {
            var here = cache(one);
            var there = cache(other);
            Set<Invalidation> heard = ConcurrentHashMap.newKeySet();
            there.onInvalidation(heard::add);
            store(here, key(1), answer("red", "q"));
            assertTrue(find(there, key(1)).isPresent());
            proxy.cut();
            until(() -> other.health().state() == State.GONE);
            here.invalidate(scope("red"));
            until(() -> get(one.run(c -> c.xlen(one.key("invalidations")))) == 1);
            there.invalidate(scope("blue")); // which it tells later
            proxy.mend();
            until(() -> other.health().state() == State.UP);
            assertEquals(Optional.empty(), find(there, key(1)));
            until(() -> heard.contains(scope("red")));
            until(() -> get(one.run(c -> c.xlen(one.key("invalidations")))) == 2);
        }
    }

    @Test
    void thoseThatRedisHasDroppedHoldForEverything() {
        String prefix = prefix();
        try (var one = Links.up(server.uri(), prefix)) {
            var here = cache(one);
            store(here, key(1), answer("red", "q"));
            for (int i = 0; i <= KnownInvalidations.MAX; i++) {
                here.invalidate(scope("other" + i));
                if (i % 100 == 0) {
                    int sent = i + 1;
                    until(() ->
                            get(one.run(c -> c.xlen(one.key("invalidations"))))
                                    >= Math.min(sent, KnownInvalidations.MAX));
                }
            }
            until(() ->
                    get(one.run(c -> c.xlen(one.key("invalidations")))) == KnownInvalidations.MAX);
            try (var late = Links.up(server.uri(), prefix)) {
                var there = cache(late);
                Set<Invalidation> heard = ConcurrentHashMap.newKeySet();
                there.onInvalidation(heard::add);
                assertEquals(Optional.empty(), find(there, key(1)));
            }
        }
    }

    @Test
    void withoutRedisNothingIsFoundAndNothingFails() {
        try (var own = new Redis().start();
                var link = Links.up(own.uri(), prefix())) {
            var cache = cache(link);
            store(cache, key(1), answer("red", "q"));
            cache.invalidate(scope("blue"));
            own.stop();
            until(() -> link.health().state() == State.GONE);
            assertEquals(Optional.empty(), find(cache, key(1)));
            cache.put(key(2), answer("red", "q"));
            until(() -> cache.bytesOnTheirWay() == 0);
            for (int i = 0; i < 2 * KnownInvalidations.MAX; i++) {
                cache.invalidate(scope("s" + i));
            }
            own.start();
            until(() -> link.health().state() == State.UP);
            store(cache, key(1), answer("red", "q"));
        }
    }
}
