package dev.vivace.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vivace.config.Config;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A gateway that shares its keys by Redis is never open because it does not know them. */
@Timeout(120)
final class KeysAtStartTest {
    private static final String ADMIN = "x-vivace-admin-key: root-of-all";

    @TempDir private Path data;
    private RealRedis redis;
    private Upstream upstream;

    @BeforeEach
    void start() throws Exception {
        redis = new RealRedis();
        upstream = Upstream.start(Chat::reply);
    }

    @AfterEach
    void stop() throws Exception {
        redis.close();
        upstream.close();
    }

    private Config config(String host) {
        return redis.sharing(
                Gateways.config(upstream.url()).withServer(new Config.Server(host, 0)));
    }

    private static Gateway start(Config config) {
        return Gateway.start(config, Optional.of("root-of-all"));
    }

    private static Wire.Answer chat(Gateway gateway, String... headers) throws Exception {
        URI address = URI.create("http://127.0.0.1:" + gateway.address().getPort());
        return Wire.ask(address, Chat.PATH, Chat.ask("question"), headers);
    }

    private static Wire.Answer get(Gateway gateway, String path, String... headers)
            throws Exception {
        URI address = URI.create("http://127.0.0.1:" + gateway.address().getPort());
        return Wire.get(address, path, headers);
    }

    private static void until(Callable<Boolean> condition) throws Exception {
        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (!condition.call()) {
            assertTrue(System.nanoTime() < deadline, "it never came to that");
        }
    }

    /** Its client's header. */
    private static String key(Gateway gateway) throws Exception {
        Wire.Answer made =
                Wire.ask(gateway.address(), KeyDoor.PATH, "{\"tenant\":\"acme\"}", ADMIN);
        assertEquals(201, made.status(), made.text());
        return "Authorization: Bearer "
                + made.text().replaceAll("(?s).*\"secret\":\\s*\"([^\"]*)\".*", "$1");
    }

    private void isClosed(Gateway gateway) throws Exception {
        for (String path : new String[] {Chat.PATH, "/v1/embeddings", "/v1/files"}) {
            URI address = URI.create("http://127.0.0.1:" + gateway.address().getPort());
            Wire.Answer answer = Wire.ask(address, path, Chat.ask("question"));
            assertEquals(503, answer.status(), path);
            assertTrue(answer.text().contains("keys are not known to this"), answer.text());
            assertFalse(answer.text().contains("127.0.0.1"), "who has shown no key learns nothing");
        }
        assertEquals(503, chat(gateway, "Authorization: Bearer vv-nobody's").status());
        assertEquals(401, get(gateway, "/admin/stats").status());
        Wire.Answer ready = get(gateway, "/readyz", ADMIN);
        assertEquals(503, ready.status());
        assertTrue(ready.text().contains("client keys"), ready.text());
        assertTrue(upstream.calls().isEmpty(), "nothing went through");
    }

    @Test
    void withoutRedisItIsClosedUntilRedisSaysThereAreNone() throws Exception {
        try (Gateway gateway = start(config("127.0.0.1"))) {
            isClosed(gateway);
            redis.start();
            until(() -> chat(gateway).status() == 200); // when it goes on having none
            assertEquals(200, get(gateway, "/readyz").status());
            redis.stop();
            until(() -> get(gateway, "/readyz").text().contains("degraded"));
            assertEquals(200, chat(gateway).status(), "what was known stays known");
        }
    }

    @Test
    void withoutRedisItIsClosedUntilRedisSaysWhichThereAre() throws Exception {
        redis.start();
        try (Gateway before = start(config("127.0.0.1"))) {
            String key = key(before);
            redis.stop();
            try (Gateway gateway = start(config("127.0.0.1"))) {
                isClosed(gateway);
                // It has lost them, and is told again by the one that knows.
                redis.start();
                until(() -> {
                    int without = chat(gateway).status();
                    assertTrue(without == 503 || without == 401, without + " without a key");
                    return chat(gateway, key).status() == 200;
                });
                assertEquals(401, chat(gateway).status());
            }
        }
    }

    /** The start is asked to wait, so there is no moment in which it is open. */
    @Test
    void withRedisItKnowsThemWhenItListens() throws Exception {
        redis.start();
        try (Gateway before = start(config("127.0.0.1"))) {
            String key = key(before);
            until(() -> knownToRedis());
            for (String host : new String[] {"127.0.0.1", "0.0.0.0"}) {
                try (Gateway gateway = start(config(host))) {
                    assertEquals(401, chat(gateway).status());
                    assertEquals(200, chat(gateway, key).status());
                }
            }
        }
    }

    /** A gateway that knows nothing else has heard of a key. */
    private boolean knownToRedis() throws Exception {
        try (Gateway another = start(config("127.0.0.1"))) {
            return chat(another).status() == 401;
        }
    }

    /** Somebody listens there, and says nothing. */
    @Test
    void aRedisThatSaysNothingDoesNotKeepItFromStarting() throws Exception {
        try (var silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            Config config =
                    RealRedis.sharing(
                            Gateways.config(upstream.url()), silent.getLocalPort(), "test");
            try (Gateway gateway = start(config)) {
                isClosed(gateway);
            }
        }
    }

    @Test
    void keysOfItsOwnCountWithoutRedis() throws Exception {
        Config own = config("127.0.0.1").withData(Optional.of(data));
        redis.start();
        String key;
        try (Gateway gateway = start(own)) {
            key = key(gateway);
        }
        redis.stop();
        try (Gateway gateway = start(own)) {
            assertEquals(401, chat(gateway).status());
            assertEquals(200, chat(gateway, key).status());
            assertEquals(200, get(gateway, "/readyz").status());
        }
    }

    @Test
    void beyondLoopbackItStartsWithoutRedisAndIsNeverOpen() throws Exception {
        try (Gateway gateway = start(config("0.0.0.0"))) {
            isClosed(gateway);
            redis.start();
            until(() -> chat(gateway).status() != 503);
            assertEquals(401, chat(gateway).status(), "there are none, and it is not open");
        }
    }

    @Test
    void beyondLoopbackItDoesNotStartWhereRedisSaysThereAreNone() throws Exception {
        redis.start();
        GatewayException refused =
                assertThrows(GatewayException.class, () -> start(config("0.0.0.0")));
        String message = String.valueOf(refused.getMessage());
        assertTrue(message.contains("Redis at 127.0.0.1:" + redis.port()), message);
        assertFalse(message.isEmpty());
    }
}
