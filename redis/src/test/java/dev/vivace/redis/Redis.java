package dev.vivace.redis;

import io.lettuce.core.RedisClient;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.util.function.Function;
import redis.embedded.RedisServer;

/** A real server on a free port, which can be killed and started again with nothing. */
final class Redis implements AutoCloseable {
    private final int port;
    private final String password;
    private RedisServer server;

    Redis() {
        this("");
    }

    Redis(String password) {
        this.password = password;
        try (var free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        server = make();
    }

    private RedisServer make() {
        try {
            var builder =
                    RedisServer.newRedisServer()
                            .port(port)
                            .bind("127.0.0.1")
                            .setting("save \"\"")
                            .setting("appendonly no");
            if (!password.isEmpty()) {
                builder.setting("requirepass " + password);
            }
            return builder.build();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    Redis start() {
        try {
            server.start();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return this;
    }

    void stop() {
        try {
            server.stop();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        server = make();
    }

    int port() {
        return port;
    }

    URI uri() {
        return URI.create("redis://127.0.0.1:" + port);
    }

    /** Asks the server itself. */
    <T> T ask(Function<RedisCommands<byte[], byte[]>, T> question) {
        RedisClient client =
                RedisClient.create("redis://127.0.0.1:" + port); // no sharing: tests stop servers
        try (var connection = client.connect(ByteArrayCodec.INSTANCE)) {
            return question.apply(connection.sync());
        } finally {
            client.shutdown(java.time.Duration.ZERO, java.time.Duration.ofSeconds(1));
        }
    }

    @Override
    public void close() {
        stop();
    }
}
