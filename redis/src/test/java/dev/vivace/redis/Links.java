package dev.vivace.redis;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vivace.redis.RedisHealth.State;
import java.net.URI;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Links for tests, and waiting for what comes some time. */
final class Links {
    /** Long, so that a busy machine is not a slow Redis. */
    static final Duration PATIENT = Duration.ofSeconds(5);

    private Links() {}

    static String prefix() {
        return "test-" + UUID.randomUUID();
    }

    static RedisLink up(URI uri, String prefix) {
        return up(uri, PATIENT, prefix);
    }

    static RedisLink up(URI uri, Duration timeout, String prefix) {
        var link = new RedisLink(uri, timeout, prefix);
        until(() -> link.health().state() == State.UP);
        return link;
    }

    static void until(BooleanSupplier condition) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() < end, "it never came to that");
            LockSupport.parkNanos(2_000_000);
        }
    }

    static <T> T get(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().get(20, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
