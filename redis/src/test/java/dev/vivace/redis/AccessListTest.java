package dev.vivace.redis;

import static dev.vivace.redis.Answers.answer;
import static dev.vivace.redis.Answers.key;
import static dev.vivace.redis.KnownInvalidationsTest.scope;
import static dev.vivace.redis.Links.get;
import static dev.vivace.redis.Links.until;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vivace.cache.Invalidation;
import dev.vivace.limit.LocalBuckets;
import dev.vivace.limit.Taken;
import dev.vivace.replica.SharedTotals.Figure;
import dev.vivace.replica.SharedTotals.Kind;
import dev.vivace.replica.SharedTotals.Sum;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** All that replicas share, by a user who may do what the documentation says and nothing else. */
class AccessListTest {
    private static String documented() throws IOException {
        return Files.readString(Path.of("../docs/replicas.md"))
                .lines()
                .map(String::strip)
                .filter(line -> line.startsWith("ACL SETUSER vivace "))
                .findFirst()
                .orElseThrow();
    }

    /** Says a line to the server itself. */
    private static void say(Redis server, String line) throws IOException {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            socket.getOutputStream().write((line + "\r\n").getBytes(UTF_8));
            var in = new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8));
            assertEquals("+OK", in.readLine());
        }
    }

    @Test
    void theDocumentedUserMayDoWhatIsNeeded() throws Exception {
        try (var server = new Redis().start()) {
            say(server, documented());
            var uri = URI.create("redis://vivace:PASSWORD@127.0.0.1:" + server.port());
            try (var one = Links.up(uri, "vivace");
                    var other = Links.up(uri, "vivace")) {
                answersAndInvalidations(one, other);
                totals(one, other);
                records(one, other);
                buckets(one, other);
                assertEquals(0, one.health().failures());
                assertEquals(0, other.health().failures());
            }
        }
    }

    private static void answersAndInvalidations(RedisLink one, RedisLink other) {
        var here = new RedisCache(one, InstantSource.system());
        var there = new RedisCache(other, InstantSource.system());
        Set<Invalidation> heard = ConcurrentHashMap.newKeySet();
        there.onInvalidation(heard::add);
        until(() -> {
            here.put(key(1), answer("red", "q"));
            return get(there.get(key(1))).isPresent();
        });
        assertEquals(1, get(there.getAll(List.of(key(1), key(2)))).size());
        here.invalidate(scope("red"));
        until(() -> heard.contains(scope("red")));
        assertEquals(Optional.empty(), get(there.get(key(1))));
    }

    private static void totals(RedisLink one, RedisLink other) {
        var figure = new Figure("t", Kind.TOTAL, 5, 1_000);
        get(new RedisTotals(one, "a").exchange(List.of(figure)));
        Sum sum = get(new RedisTotals(other, "b").exchange(List.of(figure))).sums().getFirst();
        assertEquals(new Sum(5, 5), sum);
    }

    private static void records(RedisLink one, RedisLink other) {
        var heard = new AtomicReference<Set<String>>(Set.of());
        new RedisRecords(other).onChange(all -> heard.set(Set.copyOf(all.keySet())));
        new RedisRecords(one).put("k", new byte[] {1});
        until(() -> heard.get().contains("k"));
    }

    private static void buckets(RedisLink one, RedisLink other) {
        for (RedisLink link : List.of(one, other)) {
            Taken taken = get(new RedisBuckets(link, new LocalBuckets()).take("b", 10, 4));
            assertTrue(taken.shared(), "decided in Redis");
        }
        Taken third = get(new RedisBuckets(one, new LocalBuckets()).take("b", 10, 4));
        assertInstanceOf(Taken.Short.class, third);
    }
}
