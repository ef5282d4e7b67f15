package dev.vivace.redis;

import static dev.vivace.redis.Links.get;
import static dev.vivace.redis.Links.prefix;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vivace.redis.RedisHealth.State;
import dev.vivace.replica.SharedTotals.Exchange;
import dev.vivace.replica.SharedTotals.Figure;
import dev.vivace.replica.SharedTotals.Kind;
import dev.vivace.replica.SharedTotals.Sum;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class RedisTotalsTest {
    private static Redis server;
    private RedisLink link;
    private RedisTotals a;
    private RedisTotals b;

    @BeforeAll
    static void start() {
        server = new Redis().start();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @BeforeEach
    void connect() {
        link = Links.up(server.uri(), prefix());
        a = new RedisTotals(link, "a");
        b = new RedisTotals(link, "b");
    }

    @AfterEach
    void disconnect() {
        link.close();
    }

    private static Figure total(long own) {
        return new Figure("t", Kind.TOTAL, own, 1_000);
    }

    private static Figure held(long own) {
        return new Figure("h", Kind.HELD, own, 120);
    }

    private static Sum say(RedisTotals who, Figure what) {
        return get(who.exchange(List.of(what))).sums().getFirst();
    }

    @Test
    void everyoneReadsWhatTheOthersWrote() {
        assertEquals(new Sum(5, 0), say(a, total(5)));
        assertEquals(new Sum(7, 5), say(b, total(7)));
        assertEquals(new Sum(9, 7), say(a, total(9)));
        assertEquals(
                List.of(new Sum(7, 9), new Sum(1, 0)),
                get(b.exchange(List.of(total(7), held(1)))).sums());
    }

    /** A connection that broke may be read to its end after its successor has begun. */
    @Test
    void anOlderTotalDoesNotReplaceALargerOne() {
        long large = 9_007_199_254_740_993L; // beyond what a double has exactly
        say(a, total(large));
        assertEquals(new Sum(large, 0), say(a, total(large - 1)));
        assertEquals(new Sum(large, 0), say(a, total(999)));
        assertEquals(new Sum(large + 1, 0), say(a, total(large + 1)));
        assertEquals(Long.MAX_VALUE, say(a, total(Long.MAX_VALUE)).own());
        assertEquals(Long.MAX_VALUE, say(b, total(0)).others());
    }

    @Test
    void whoOnlyAsksWritesNothing() {
        assertEquals(new Sum(0, 0), say(a, total(0)));
        assertEquals(0L, (long) server.ask(commands -> commands.exists(link.key("total:t"))));
    }

    @Test
    void whatIsHeldIsReplacedAndGivenBack() {
        say(a, held(5));
        say(a, held(3));
        assertEquals(new Sum(0, 3), say(b, held(0)));
        say(a, held(0));
        assertEquals(new Sum(2, 0), say(b, held(2)));
        assertEquals(1L, (long) server.ask(commands -> commands.hlen(link.key("total:h"))));
    }

    @Test
    void whatAReplicaHeldThatIsNoMoreIsForgotten() {
        byte[] key = link.key("total:h");
        long now =
                server.ask(commands -> Long.parseLong(new String(commands.time().get(0), UTF_8)));
        set(key, "alive", 4 + ":" + (now - 50));
        set(key, "dead", 8 + ":" + (now - 61));
        set(key, "of another clock", 16 + ":" + (now + 100));
        assertEquals(new Sum(1, 4), say(a, held(1)));
        assertEquals(2L, (long) server.ask(commands -> commands.hlen(key)));
    }

    private static void set(byte[] key, String field, String value) {
        server.ask(commands -> commands.hset(key, field.getBytes(UTF_8), value.getBytes(UTF_8)));
    }

    @Test
    void expires() {
        get(a.exchange(List.of(total(1), held(1))));
        long total = server.ask(commands -> commands.ttl(link.key("total:t")));
        long held = server.ask(commands -> commands.ttl(link.key("total:h")));
        assertTrue(total > 900 && total <= 1_000, "in " + total);
        assertTrue(held > 60 && held <= 120, "in " + held);
    }

    @Test
    void hasNoMoreFieldsThanTheMost() {
        for (String name : List.of("1", "2", "3")) {
            say(new RedisTotals(link, name, 2), total(1));
        }
        assertEquals(2L, (long) server.ask(commands -> commands.hlen(link.key("total:t"))));
        assertEquals(new Sum(2, 1), say(new RedisTotals(link, "1", 2), total(2)));
        assertEquals(3, say(new RedisTotals(link, "3", 2), total(1)).others());
    }

    @Test
    void aStoreThatLostAllIsAnother() {
        try (var own = new Redis().start();
                var to = Links.up(own.uri(), prefix())) {
            var totals = new RedisTotals(to, "a");
            Exchange first = get(totals.exchange(List.of(total(5))));
            assertEquals(first.store(), get(totals.exchange(List.of())).store());
            own.ask(commands -> commands.flushall());
            Exchange second = get(totals.exchange(List.of()));
            assertNotEquals(first.store(), second.store());
            own.stop();
            Links.until(() -> to.health().state() == State.GONE);
            assertFalse(totals.up());
            assertTrue(totals.exchange(List.of()).toCompletableFuture().isCompletedExceptionally());
        }
    }
}
