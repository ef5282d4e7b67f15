package dev.vivace.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class McpExchangeTest {
    private static final byte[] SMALL = "1".getBytes(UTF_8);
    private static final byte[] LARGE = "x".repeat(1 << 20).getBytes(UTF_8);

    private final Vertx vertx = Vertx.vertx();

    @AfterEach
    void stop() throws Exception {
        Awaiting.get(vertx.close());
    }

    /** A client that asks and reads nothing yet; what answers it runs on the loop. */
    private Socket ask(BiConsumer<McpExchange, Context> answer) throws Exception {
        var stragglers = new Stragglers(Duration.ofSeconds(30), 64 << 20);
        HttpServer server =
                vertx.createHttpServer()
                        .requestHandler(request -> {
                            Context context = vertx.getOrCreateContext();
                            var exchange = new Exchange(request, Errors.MCP, stragglers, () -> {});
                            answer.accept(
                                    new McpExchange(exchange, new McpStreams(context), context),
                                    context);
                        });
        int port = Awaiting.get(server.listen(0, "127.0.0.1")).actualPort();
        var client = new Socket(InetAddress.getLoopbackAddress(), port);
        client.getOutputStream()
                .write("GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n".getBytes(UTF_8));
        return client;
    }

    @Test
    void isFullOfWhatTheLoopHasNotComeToYet() throws Exception {
        var before = new CompletableFuture<Boolean>();
        var at = new CompletableFuture<Boolean>();
        var after = new CompletableFuture<Boolean>();
        try (Socket client =
                ask((reply, context) -> {
                    // This is the loop, which comes to none of them before it has returned.
                    for (int i = 1; i < McpExchange.MOST_ON_THE_WAY; i++) {
                        reply.event(SMALL);
                    }
                    before.complete(reply.full());
                    reply.event(SMALL);
                    at.complete(reply.full());
                    context.runOnContext(nothing -> {
                        after.complete(reply.full());
                        reply.empty(200);
                    });
                })) {
            assertFalse(before.get());
            assertTrue(at.get());
            assertFalse(after.get());
            assertEquals(McpExchange.MOST_ON_THE_WAY, events(client));
        }
    }

    @Test
    void whatWaitsForRoomComesWhenTheClientReads() throws Exception {
        var isFull = new CompletableFuture<Boolean>();
        var room = new CompletableFuture<Boolean>();
        try (Socket client = ask((reply, context) -> fill(reply, context, isFull, room))) {
            assertFalse(isFull.get(), "it ran at once");
            assertTrue(events(client) > 1);
            assertTrue(room.get());
        }
    }

    private static void fill(
            McpExchange reply,
            Context context,
            CompletableFuture<Boolean> isFull,
            CompletableFuture<Boolean> room) {
        if (!reply.full()) {
            reply.event(LARGE);
            context.runOnContext(nothing -> fill(reply, context, isFull, room));
            return;
        }
        reply.whenRoom(() -> {
            room.complete(true);
            reply.empty(200);
        });
        context.runOnContext(nothing -> isFull.complete(room.isDone()));
    }

    private static long events(Socket client) throws IOException {
        String all = new String(client.getInputStream().readAllBytes(), UTF_8);
        return all.lines().filter(line -> line.startsWith("data: ")).count();
    }
}
