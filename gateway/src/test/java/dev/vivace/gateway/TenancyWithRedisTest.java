package dev.vivace.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vivace.config.Config;
import dev.vivace.gateway.TenantWorld.Client;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The same where what is kept is kept in Redis as well, and others look there. */
@Timeout(60)
final class TenancyWithRedisTest extends TenancyTest {
    private static RealRedis redis;

    /** Another installation for each test. */
    private final String prefix = "test-" + UUID.randomUUID();

    @BeforeAll
    static void startRedis() throws IOException {
        redis = new RealRedis().start();
    }

    @AfterAll
    static void stopRedis() throws IOException {
        redis.close();
    }

    @Override
    Config sharing(Config config) {
        try {
            redis.use(prefix);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return RealRedis.sharing(config, redis.port(), prefix);
    }

    /** Who of one tenant comes first, and so goes alone, is not known here. */
    @Override
    void areApart(List<String> batches) {
        for (String batch : batches) {
            long domains =
                    world.clients.stream()
                            .filter(who -> batch.contains("\"first of " + who.name() + "\""))
                            .map(Client::domain)
                            .distinct()
                            .count();
            assertTrue(domains <= 1, batches.toString());
        }
        // One for each who asks alike and shares nothing.
        long second = batches.stream().filter(batch -> batch.contains("\"second\"")).count();
        assertEquals(world.domains(), second, batches.toString());
    }

    /**
     * Whoever asks another replica finds there what its own tenant was answered, and nothing else.
     */
    @ParameterizedTest
    @EnumSource
    void nobodyFindsAnothersAnswersAtAnotherReplica(Door door) throws Exception {
        Config config = sharing(config(Gateways.config(world.upstream.url())));
        var theirs = new HashMap<String, Set<String>>();
        try (Gateway other = Gateway.start(config, Optional.of("root-of-all"))) {
            for (Client who : world.clients) {
                String body = door.body("equal");
                Wire.Answer peek = peek(other, who, door, body);
                assertEquals(world.first(who) ? 504 : 200, peek.status(), who.name());
                Wire.Answer got = world.ask(who, door.path, body);
                assertEquals(200, got.status());
                theirs.putIfAbsent(who.domain(), NumberedAnswers.in(got.text()));
                long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
                while (peek.status() == 504) {
                    assertTrue(System.nanoTime() < end, "it never reached the other replica");
                    peek = peek(other, who, door, body);
                }
                assertEquals("HIT", peek.cache());
                assertEquals(theirs.get(who.domain()), NumberedAnswers.in(peek.text()), who.name());
            }
        }
    }

    private static Wire.Answer peek(Gateway other, Client who, Door door, String body)
            throws Exception {
        return Wire.ask(
                other.address(), door.path, body, who.headers("Cache-Control: only-if-cached"));
    }
}
