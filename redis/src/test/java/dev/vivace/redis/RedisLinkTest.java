package dev.vivace.redis;

import static dev.vivace.redis.Links.get;
import static dev.vivace.redis.Links.prefix;
import static dev.vivace.redis.Links.until;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vivace.redis.RedisHealth.State;
import io.lettuce.core.api.async.RedisAsyncCommands;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RedisLinkTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://:hunter2@host",
                "redis:hunter2",
                "redis://:hunter2@host/hunter2",
                "redis://:hunter2@ho_st"
            })
    void aBadUrlIsRefusedWithoutItsPassword(String url) {
        var refused =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> new RedisLink(URI.create(url), Links.PATIENT, "p"));
        assertFalse(refused.toString().contains("hunter2"), refused.toString());
    }

    @Test
    void neverWaitsForAServerAndFindsItWhenItComes() {
        try (var server = new Redis();
                var link = new RedisLink(server.uri(), Links.PATIENT, prefix())) {
            assertEquals(State.GONE, link.health().state());
            assertTrue(link.run(RedisAsyncCommands::ping).isCompletedExceptionally());
            assertEquals(1, link.health().failures());
            until(() -> !link.health().reason().orElse("").contains("not connected yet"));
            server.start();
            until(() -> link.health().state() == State.UP);
            assertEquals("PONG", get(link.run(RedisAsyncCommands::ping)));
        }
    }

    @Test
    void comesBackAfterTheServerDidAndTellsItsParts() {
        try (var server = new Redis().start();
                var link = Links.up(server.uri(), prefix())) {
            var connected = new AtomicInteger();
            link.add(
                    new Part() {
                        @Override
                        public void connected() {
                            connected.incrementAndGet();
                            throw new IllegalStateException("a part that fails harms nobody");
                        }
                    });
            until(() -> connected.get() == 1);
            server.stop();
            until(() -> link.health().state() == State.GONE);
            server.start();
            until(() -> link.health().state() == State.UP && connected.get() == 2);
            assertEquals("PONG", get(link.run(RedisAsyncCommands::ping)));
        }
    }

    @Test
    void aWrongPasswordIsAReasonAndIsNotShown() {
        try (var server = new Redis("right-one").start();
                var link =
                        new RedisLink(
                                URI.create("redis://:wrong-one@127.0.0.1:" + server.port()),
                                Links.PATIENT,
                                prefix())) {
            until(() -> link.health().reason().orElse("").contains("WRONGPASS"));
            assertFalse((link.health() + " " + link).contains("wrong-one"));
        }
    }

    @Test
    void theRightPasswordOpens() {
        try (var server = new Redis("right-one").start();
                var link =
                        Links.up(
                                URI.create("redis://:right-one@127.0.0.1:" + server.port()),
                                prefix())) {
            assertEquals("PONG", get(link.run(RedisAsyncCommands::ping)));
        }
    }

    @Test
    void aSlowServerIsSkippedUntilAProbeIsInTime() {
        try (var server = new Redis().start();
                var proxy = new SlowProxy(server.port());
                var link = Links.up(proxy.uri(), Duration.ofMillis(100), prefix())) {
            proxy.hold();
            for (int i = 0; i < 2 * Circuit.LATE; i++) {
                var reply = link.run(RedisAsyncCommands::ping);
                until(reply::isCompletedExceptionally);
            }
            assertEquals(State.SLOW, link.health().state());
            assertTrue(
                    link.run(RedisAsyncCommands::ping).isCompletedExceptionally(),
                    "failed at once");
            proxy.release();
            until(() -> link.health().state() == State.UP);
            assertEquals("PONG", get(link.run(RedisAsyncCommands::ping)));
        }
    }

    @Test
    void tooManyCommandsOnTheirWayFailAtOnce() {
        try (var server = new Redis().start();
                var proxy = new SlowProxy(server.port());
                var link = Links.up(proxy.uri(), Duration.ofSeconds(20), prefix())) {
            proxy.hold();
            List<Reply<String>> replies = new ArrayList<>();
            Reply<String> last;
            do {
                last = link.run(RedisAsyncCommands::ping);
                replies.add(last);
            } while (!last.isCompletedExceptionally()
                    && replies.size() <= Commands.MAX_OUTSTANDING + 1);
            assertTrue(last.isCompletedExceptionally());
            assertTrue(last.getError().contains("" + Commands.MAX_OUTSTANDING), last.getError());
            proxy.release();
            assertEquals("PONG", get(replies.getFirst()));
            assertEquals("PONG", get(replies.get(replies.size() - 2)));
        }
    }

    @Test
    void aCommandOnItsWayWhenTheConnectionBreaksFailsAndIsNotSentAgain() {
        try (var server = new Redis().start();
                var proxy = new SlowProxy(server.port());
                var link = Links.up(proxy.uri(), prefix())) {
            byte[] key = link.key("n");
            assertEquals(1, get(link.run(commands -> commands.incr(key))).longValue());
            proxy.hold();
            var onItsWay = link.run(commands -> commands.incr(key));
            until(() ->
                    "2"
                            .equals(
                                    new String(
                                            server.ask(commands -> commands.get(key)),
                                            java.nio.charset.StandardCharsets.UTF_8)));
            proxy.cut();
            until(onItsWay::isCompletedExceptionally);
            until(() -> link.health().state() == State.GONE);
            proxy.release();
            proxy.mend();
            until(() -> link.health().state() == State.UP);
            assertEquals(3, get(link.run(commands -> commands.incr(key))).longValue());
        }
    }
}
