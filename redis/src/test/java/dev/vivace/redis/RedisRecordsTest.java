package dev.vivace.redis;

import static dev.vivace.redis.Links.prefix;
import static dev.vivace.redis.Links.until;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.vivace.redis.RedisHealth.State;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class RedisRecordsTest {
    private static Redis server;

    @BeforeAll
    static void start() {
        server = new Redis().start();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** What a listener heard last. */
    private static AtomicReference<String> heard(RedisRecords records) {
        var last = new AtomicReference<>("nothing");
        records.onChange(all -> last.set(shown(all)));
        return last;
    }

    private static String shown(Map<String, byte[]> all) {
        var texts = new TreeMap<String, String>();
        all.forEach((id, value) -> texts.put(id, new String(value, StandardCharsets.UTF_8)));
        return texts.toString();
    }

    /** For which six seconds pass between one look and the next. */
    private static RedisRecords records(RedisLink link) {
        var now = new AtomicLong();
        return new RedisRecords(link, () -> now.addAndGet(RedisRecords.DOUBT_NANOS));
    }

    /** It may have lost all a moment ago, and be told again by those who know. */
    @Test
    void thatThereIsNothingIsNotBelievedAtOnce() {
        String prefix = prefix();
        var looked = new AtomicInteger();
        var now = new AtomicLong();
        LongSupplier clock =
                () -> {
                    looked.incrementAndGet();
                    return now.get();
                };
        try (var link = Links.up(server.uri(), prefix)) {
            var heard = heard(new RedisRecords(link, clock));
            until(() -> looked.get() >= 2);
            now.set(RedisRecords.DOUBT_NANOS - 1);
            int then = looked.get();
            until(() -> looked.get() > then);
            assertEquals("nothing", heard.get());
            now.set(RedisRecords.DOUBT_NANOS);
            until(() -> heard.get().equals("{}"));
            // From now on it is known to have nothing.
            var another = heard(new RedisRecords(link, now::get));
            until(() -> another.get().equals("{}"));
        }
    }

    /** It has been gone for a part of the time, or has lost them alone and kept the version. */
    @Test
    void thatThereIsNothingIsDoubtedAnew() {
        var looked = new AtomicInteger();
        var now = new AtomicLong();
        LongSupplier clock =
                () -> {
                    looked.incrementAndGet();
                    return now.get();
                };
        try (var own = new Redis().start();
                var link = Links.up(own.uri(), prefix())) {
            var heard = heard(new RedisRecords(link, clock));
            until(() -> looked.get() >= 1);
            own.stop();
            until(() -> link.health().state() == State.GONE);
            now.set(RedisRecords.DOUBT_NANOS);
            int then = looked.get();
            own.start();
            until(() -> looked.get() >= then + 2); // it would not look again if it believed it
            assertEquals("nothing", heard.get());
            own.ask(commands -> commands.set(link.key("records-version"), bytes("a:10")));
            int before = looked.get();
            until(() -> looked.get() >= before + 2);
            assertEquals("nothing", heard.get());
            own.ask(commands -> commands.set(link.key("records-version"), bytes("a:0")));
            until(() -> heard.get().equals("{}"));
        }
    }

    @Test
    void theVersionSaysHowManyThereAre() {
        try (var link = Links.up(server.uri(), prefix())) {
            var records = records(link);
            records.put("a", bytes("1"));
            records.put("b", bytes("2"));
            until(() -> version(link).endsWith(":2"));
            var none = Links.up(server.uri(), prefix());
            var heard = heard(records(none));
            until(() -> heard.get().equals("{}") && version(none).endsWith(":0"));
            none.close();
        }
    }

    private static String version(RedisLink link) {
        byte[] version = server.ask(commands -> commands.get(link.key("records-version")));
        return version == null ? "" : new String(version, StandardCharsets.UTF_8);
    }

    @Test
    void everyReplicaHearsOfAllRecords() {
        String prefix = prefix();
        try (var one = Links.up(server.uri(), prefix);
                var other = Links.up(server.uri(), prefix)) {
            var here = records(one);
            var there = records(other);
            var heardHere = heard(here);
            var heardThere = heard(there);
            until(() -> heardHere.get().equals("{}") && heardThere.get().equals("{}"));
            here.put("a", bytes("1"));
            until(() -> heardThere.get().equals("{a=1}"));
            there.put("b", bytes("2"));
            there.put("a", bytes("3"));
            until(() -> heardHere.get().equals("{a=3, b=2}"));
            until(() -> heardThere.get().equals("{a=3, b=2}"));
            var late = heard(here);
            until(() -> late.get().equals("{a=3, b=2}"));
        }
    }

    @Test
    void aMessageThatGotLostIsMadeUpFor() {
        String prefix = prefix();
        try (var link = Links.up(server.uri(), prefix)) {
            var heard = heard(records(link));
            until(() -> heard.get().equals("{}"));
            server.ask(commands -> commands.hset(link.key("records"), bytes("a"), bytes("1")));
            server.ask(commands -> commands.set(link.key("records-version"), bytes("other")));
            until(() -> heard.get().equals("{a=1}"));
        }
    }

    @Test
    void withoutAChangeNobodyIsTold() {
        try (var link = Links.up(server.uri(), prefix())) {
            var records = records(link);
            var calls = new AtomicInteger();
            records.onChange(all -> calls.incrementAndGet());
            until(() -> calls.get() == 1);
            var passed = new AtomicInteger();
            link.add(
                    new Part() {
                        @Override
                        public void tick(long count) {
                            passed.incrementAndGet();
                        }
                    });
            until(() -> passed.get() > 12);
            assertEquals(1, calls.get());
        }
    }

    @Test
    void whatIsPutWithoutRedisCountsHereAndReachesItLater() {
        String prefix = prefix();
        try (var own = new Redis().start();
                var one = Links.up(own.uri(), prefix);
                var other = Links.up(own.uri(), prefix)) {
            var here = records(one);
            var heardHere = heard(here);
            var heardThere = heard(records(other));
            here.put("a", bytes("1"));
            until(() -> heardThere.get().equals("{a=1}"));
            own.stop();
            until(() -> one.health().state() == State.GONE);
            here.put("b", bytes("2"));
            until(() -> heardHere.get().equals("{a=1, b=2}"));
            own.start(); // with nothing: what was there comes back as well
            until(() -> heardThere.get().equals("{a=1, b=2}"));
            until(() -> own.ask(commands -> commands.hlen(one.key("records"))) == 2);
        }
    }

    @Test
    void whatIsTooLargeIsRefused() {
        try (var link = new RedisLink(server.uri(), Links.PATIENT, prefix())) {
            var records = records(link);
            var refused =
                    assertThrows(
                            IllegalArgumentException.class,
                            () -> records.put("a", new byte[RedisRecords.MAX_VALUE_BYTES + 1]));
            assertEquals(
                    "a shared record may have 65536 bytes, and a has 65537", refused.getMessage());
        }
    }
}
