package dev.vivace.redis;

import io.lettuce.core.RedisFuture;
import io.lettuce.core.api.async.RedisAsyncCommands;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Sends commands, each with its time limit, and judges by what comes of them how Redis does. While
 * that is not well, or with too many on their way, a command fails at once; none is ever sent
 * twice. Thread-safe.
 */
final class Commands {
    /** On their way at one time. */
    static final int MAX_OUTSTANDING = 10_000;

    /** What a large value may take on top. */
    private static final Duration LARGE = Duration.ofSeconds(2);

    private final Circuit circuit;
    private final Duration timeout;
    private final AtomicInteger outstanding = new AtomicInteger();

    Commands(Circuit circuit, Duration timeout) {
        this.circuit = circuit;
        this.timeout = timeout;
    }

    <T> Reply<T> run(
            Optional<Session> session,
            Function<RedisAsyncCommands<byte[], byte[]>, RedisFuture<T>> command) {
        return session.isPresent() && circuit.lets()
                ? send(session.get(), command, timeout, true)
                : refused();
    }

    /** For large values, which may take longer without Redis being slow. */
    <T> Reply<T> runLarge(
            Optional<Session> session,
            Function<RedisAsyncCommands<byte[], byte[]>, RedisFuture<T>> command) {
        return session.isPresent() && circuit.lets()
                ? send(session.get(), command, timeout.plus(LARGE), false)
                : refused();
    }

    /** Also while Redis is slow: that is how it is found to be well again. */
    Reply<String> ping(Session session) {
        return send(session, RedisAsyncCommands::ping, timeout, true);
    }

    private <T> Reply<T> refused() {
        RedisHealth.State state = circuit.state();
        return refused(
                state == RedisHealth.State.UP ? "Redis is not connected" : "Redis is " + state);
    }

    private <T> Reply<T> refused(String why) {
        circuit.failed();
        return Reply.failed(new RedisUnavailable(why));
    }

    private <T> Reply<T> send(
            Session session,
            Function<RedisAsyncCommands<byte[], byte[]>, RedisFuture<T>> command,
            Duration limit,
            boolean judged) {
        if (outstanding.incrementAndGet() > MAX_OUTSTANDING) {
            outstanding.decrementAndGet();
            return refused("more than " + MAX_OUTSTANDING + " commands are on their way to Redis");
        }
        RedisFuture<T> sent;
        try {
            sent = command.apply(session.commands().async());
        } catch (RuntimeException e) {
            outstanding.decrementAndGet();
            circuit.failed();
            return Reply.failed(e);
        }
        var reply = new Reply<T>();
        reply.whenComplete((value, failure) -> {
            if (failure instanceof TimeoutException) {
                sent.cancel(false);
            }
            judge(failure, judged);
        });
        sent.whenComplete((value, failure) -> {
            outstanding.decrementAndGet();
            if (failure == null) {
                reply.complete(value);
            } else {
                reply.completeExceptionally(failure);
            }
        });
        if (!reply.isDone()) {
            reply.orTimeout(limit.toNanos(), TimeUnit.NANOSECONDS);
        }
        return reply;
    }

    private void judge(@Nullable Throwable failure, boolean judged) {
        if (failure == null) {
            if (judged) {
                circuit.answered();
            }
        } else if (failure instanceof TimeoutException && judged) {
            circuit.late();
        } else {
            circuit.failed();
        }
    }
}
