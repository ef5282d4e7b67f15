package dev.vivace.gateway;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.vivace.config.Config;
import dev.vivace.config.RedisOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import redis.embedded.RedisServer;

/** A real server, which can be killed and comes back with nothing. */
final class RealRedis implements AutoCloseable {
    private final int port;
    private RedisServer server;

    /** On a free port, not started. */
    RealRedis() throws IOException {
        try (var free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        server = made();
    }

    private RedisServer made() throws IOException {
        return RedisServer.newRedisServer()
                .port(port)
                .bind("127.0.0.1")
                .setting("save \"\"")
                .setting("appendonly no")
                .build();
    }

    RealRedis start() throws IOException {
        server.start();
        return this;
    }

    /** Started, and of no doubt that nobody has put a key there, which would take some seconds. */
    RealRedis startUsed() throws IOException {
        start();
        use("test");
        return this;
    }

    /** Likewise, of another installation that shares the server. */
    void use(String prefix) throws IOException {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            String command = "SET " + prefix + ":records-version first:0\r\n";
            socket.getOutputStream().write(command.getBytes(US_ASCII));
            if (socket.getInputStream().read() != '+') {
                throw new IOException("it does not take a command");
            }
        }
    }

    void stop() throws IOException {
        server.stop();
        server = made();
    }

    int port() {
        return port;
    }

    /** A configuration that shares by it. */
    Config sharing(Config base) {
        return sharing(base, port, "test");
    }

    static Config sharing(Config base, int port, String prefix) {
        var options =
                new RedisOptions(
                        URI.create("redis://127.0.0.1:" + port + "/0"),
                        Duration.ofMillis(500), // of a machine that is busy with tests
                        prefix,
                        Optional.empty());
        return base.toBuilder().redis(Optional.of(options)).build();
    }

    @Override
    public void close() throws IOException {
        server.stop();
    }
}
