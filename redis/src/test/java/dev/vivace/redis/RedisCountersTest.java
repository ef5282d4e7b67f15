package dev.vivace.redis;

import static dev.vivace.redis.Links.prefix;
import static dev.vivace.redis.Links.until;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vivace.redis.RedisHealth.State;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class RedisCountersTest {
    private static Redis server;

    @BeforeAll
    static void start() {
        server = new Redis().start();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void whatIsAddedHereCountsAtOnceAndThereALittleLater() {
        String prefix = prefix();
        try (var one = Links.up(server.uri(), prefix);
                var other = Links.up(server.uri(), prefix)) {
            var here = new RedisCounters(one);
            var there = new RedisCounters(other);
            here.add("n", 5, 60);
            assertEquals(5, here.total("n"));
            there.add("n", -2, 60);
            until(() -> there.total("n") == 3);
            until(() -> here.total("n") == 3);
            assertEquals(0, here.total("other"));
        }
    }

    @Test
    void aReplicaThatStartsAgainDoesNotReplaceWhatItAddedBefore() {
        String prefix = prefix();
        try (var before = Links.up(server.uri(), prefix)) {
            new RedisCounters(before).add("n", 5, 60);
        } // which writes it
        try (var after = Links.up(server.uri(), prefix)) {
            var counters = new RedisCounters(after);
            counters.add("n", 1, 60);
            until(() -> counters.total("n") == 6);
        }
    }

    @Test
    void aServerThatIsKilledLosesNothingAndCountsNothingTwice() throws Exception {
        String prefix = prefix();
        try (var own = new Redis().start();
                var one = Links.up(own.uri(), prefix);
                var other = Links.up(own.uri(), prefix)) {
            var here = new RedisCounters(one);
            var there = new RedisCounters(other);
            var phase = new AtomicLong();
            var added = new AtomicLong();
            try (var threads = java.util.concurrent.Executors.newVirtualThreadPerTaskExecutor()) {
                for (var counters : new RedisCounters[] {here, there}) {
                    threads.execute(() -> {
                        while (phase.get() < 2) {
                            counters.add("n", 3, 600);
                            added.addAndGet(3);
                            Thread.yield();
                        }
                    });
                }
                own.stop();
                until(() -> one.health().state() == State.GONE);
                until(() -> other.health().state() == State.GONE);
                phase.set(1);
                own.start();
                until(() -> one.health().state() == State.UP);
                until(() -> other.health().state() == State.UP);
                phase.set(2);
            }
            until(() -> here.total("n") == added.get() && there.total("n") == added.get());
        }
    }

    @Test
    void aLostReplyAndACutConnectionCountNothingTwice() {
        try (var proxy = new SlowProxy(server.port());
                var link = Links.up(proxy.uri(), prefix())) {
            var counters = new RedisCounters(link);
            proxy.hold();
            counters.add("n", 7, 60);
            byte[] key = link.key("count:n");
            until(() -> server.ask(commands -> commands.hlen(key)) == 1);
            proxy.cut();
            proxy.release();
            proxy.mend();
            until(() -> link.health().state() == State.UP);
            String prefix = new String(key, java.nio.charset.StandardCharsets.UTF_8);
            try (var second = Links.up(server.uri(), prefix.replace(":count:n", ""))) {
                var others = new RedisCounters(second);
                others.add("n", 1, 60);
                until(() -> others.total("n") == 8 && counters.total("n") == 8);
            }
        }
    }

    @Test
    void aServerThatForgotEverythingIsToldAgain() {
        String prefix = prefix();
        try (var own = new Redis().start();
                var link = Links.up(own.uri(), prefix)) {
            var counters = new RedisCounters(link);
            counters.add("n", 7, 60);
            byte[] key = link.key("count:n");
            until(() -> own.ask(commands -> commands.hlen(key)) == 1);
            own.stop();
            until(() -> link.health().state() == State.GONE);
            own.start();
            until(() -> own.ask(commands -> commands.hlen(key)) == 1);
            long expiry = own.ask(commands -> commands.ttl(key));
            assertTrue(expiry > 0 && expiry <= 61, "expires in " + expiry);
            assertEquals(7, counters.total("n"));
        }
    }

    @Test
    void whatHasExpiredBeginsAtNothingAndIsNotRevived() {
        var now = new AtomicLong();
        try (var link = Links.up(server.uri(), prefix())) {
            var counters = new RedisCounters(link, now::get, 100);
            counters.add("n", 7, 60);
            assertEquals(7, counters.total("n"));
            byte[] key = link.key("count:n");
            until(() -> server.ask(commands -> commands.hlen(key)) == 1);
            now.addAndGet(TimeUnit.SECONDS.toNanos(61));
            server.ask(commands -> commands.del(key));
            assertEquals(0, counters.total("n"));
            counters.add("n", 1, 60);
            until(() -> server.ask(commands -> commands.hlen(key)) == 1);
            assertEquals(1, counters.total("n"));
        }
    }

    @Test
    void manyCountersAreWrittenInSeveralGoes() {
        String prefix = prefix();
        try (var one = Links.up(server.uri(), prefix);
                var other = Links.up(server.uri(), prefix)) {
            var here = new RedisCounters(one);
            var there = new RedisCounters(other);
            for (int i = 0; i < 1_000; i++) {
                here.add("n" + i, i, 600);
            }
            until(() ->
                    IntStream.range(0, 1_000)
                            .filter(i -> there.total("n" + i) != i) // all of them are asked for
                            .boxed()
                            .toList()
                            .isEmpty());
        }
    }

    @Test
    void noMoreThanTheMostAreKnownAndUnusedOnesMakeRoom() {
        var now = new AtomicLong();
        try (var link = Links.up(server.uri(), prefix())) {
            var counters = new RedisCounters(link, now::get, 10);
            for (int i = 0; i < 20; i++) {
                counters.add("n" + i, 1, 600);
            }
            assertEquals(10, counters.size());
            now.addAndGet(TimeUnit.SECONDS.toNanos(11));
            until(() -> counters.size() <= 8);
            counters.add("new", 1, 600);
            assertEquals(1, counters.total("new"));
            counters.add("n0", 1, 600);
            until(() -> counters.total("n0") == 2); // what it had is in Redis
        }
    }

    @Test
    void anExpiryBelowASecondIsRefused() {
        try (var link = new RedisLink(server.uri(), Links.PATIENT, prefix())) {
            var counters = new RedisCounters(link);
            assertThrows(IllegalArgumentException.class, () -> counters.add("n", 1, 0));
        }
    }
}
