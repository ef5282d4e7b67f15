package dev.vivace.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vivace.config.Config;
import dev.vivace.key.Principal;
import dev.vivace.limit.ByteBudget;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongPredicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What happens to requests and answers for which there is no room. */
@Timeout(60)
final class RoomTest {
    private static final int BODY = 700_000;

    private static byte[] body(String question) {
        String text = Chat.ask(question);
        return (text + " ".repeat(BODY - text.length())).getBytes(StandardCharsets.UTF_8);
    }

    private static long gauge(Gateway gateway, String name) throws Exception {
        return Wire.get(gateway.address(), "/metrics")
                .text()
                .lines()
                .filter(line -> line.startsWith(name + " "))
                .mapToLong(line -> Long.parseLong(line.substring(name.length() + 1)))
                .findFirst()
                .orElseThrow();
    }

    private static void await(Gateway gateway, String name, LongPredicate wanted) throws Exception {
        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        long now = gauge(gateway, name);
        while (!wanted.test(now) && System.nanoTime() < deadline) {
            now = gauge(gateway, name);
        }
        assertTrue(wanted.test(now), name + " is " + now);
    }

    @Test
    void whoWaitsShowsAndMayLeave() throws Exception {
        var go = new CountDownLatch(1);
        try (var upstream =
                        Upstream.start((call, reply) -> {
                            go.await();
                            Chat.reply(call, reply);
                        });
                var tight = Gateways.limited(upstream.url(), new Config.Limits(1 << 20, 1 << 20));
                var first = new Wire(tight.address());
                var third = new Wire(tight.address())) {
            first.request("POST", Chat.PATH, body("first"));
            Gateways.awaitInFlight(tight, 1);
            assertEquals(BODY, gauge(tight, "vivace_in_flight_bytes"));
            try (var second = new Wire(tight.address())) {
                second.send(
                        "POST "
                                + Chat.PATH
                                + " HTTP/1.1\r\nHost: x\r\nContent-Length: "
                                + BODY
                                + "\r\n\r\n{"
                                + " ".repeat(400_000));
                await(tight, "vivace_waiting_for_room", now -> now == 1);
                third.request("POST", Chat.PATH, body("third"));
                await(tight, "vivace_waiting_for_room", now -> now == 2);
            }
            await(tight, "vivace_waiting_for_room", now -> now == 1);
            String ledger = Wire.get(tight.address(), "/admin/ledger").text();
            assertTrue(ledger.contains("\"status\":499"), ledger);
            assertTrue(ledger.contains("left while it sent its body"), ledger);
            go.countDown();
            assertEquals(200, first.answer().status());
            assertEquals(200, third.answer().status());
            await(tight, "vivace_in_flight_bytes", now -> now == 0);
        }
    }

    @Test
    void whoWaitsTooLongIsToldTheBound() throws Exception {
        var budget = new ByteBudget(1_000);
        assertTrue(budget.tryReserve(1_000));
        var refused = new CompletableFuture<String>();
        Vertx vertx = Vertx.vertx();
        try {
            Context context = vertx.getOrCreateContext();
            var desk = new BodyReader.Desk(context, budget, new Senders(), System::nanoTime);
            var waits = new CountDownLatch(1);
            var listening = new CompletableFuture<HttpServer>();
            context.runOnContext(nothing ->
                    vertx.createHttpServer()
                            .requestHandler(request -> {
                                desk.read(request, Principal.LOCAL, 1_000, wanting(refused));
                                waits.countDown();
                            })
                            .listen(0, "127.0.0.1")
                            .onSuccess(listening::complete));
            int port = listening.get(20, TimeUnit.SECONDS).actualPort();
            try (var wire = new Wire(URI.create("http://127.0.0.1:" + port))) {
                wire.post("/", "{}");
                assertTrue(waits.await(20, TimeUnit.SECONDS));
                while (budget.waiting() == 0) {
                    Thread.onSpinWait();
                }
                long now = System.nanoTime();
                sweep(context, desk, now + Duration.ofSeconds(29).toNanos());
                assertEquals(1, budget.waiting());
                sweep(context, desk, now + Duration.ofSeconds(31).toNanos());
                String said = refused.get(20, TimeUnit.SECONDS);
                assertTrue(said.startsWith("429 "), said);
                assertTrue(said.contains("1000 bytes") && said.contains("limits.in-flight"), said);
                assertEquals(0, budget.waiting());
                budget.release(1_000);
                assertEquals(0, budget.held());
            }
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
        }
    }

    private static void sweep(Context context, BodyReader.Desk desk, long now) throws Exception {
        var done = new CompletableFuture<Void>();
        context.runOnContext(nothing -> {
            desk.sweep(now);
            done.complete(null);
        });
        done.get(20, TimeUnit.SECONDS);
    }

    private static BodyReader.Wanting wanting(CompletableFuture<String> refused) {
        return new BodyReader.Wanting() {
            @Override
            public void body(byte[] body, Runnable release) {
                refused.complete("a body of " + body.length);
            }

            @Override
            public void refused(int status, String message) {
                refused.complete(status + " " + message);
            }
        };
    }

    /** What one client does not read, and what another waits for as a whole. */
    @Test
    void anAnswerForWhichThereIsNoRoomFlowsAndIsNotCached() throws Exception {
        String content = "y".repeat(600_000);
        var go = new CountDownLatch(1);
        try (var upstream =
                        Upstream.start((call, reply) -> {
                            if (call.text().contains("blocks")) {
                                go.await();
                            }
                            reply.json(200, Chat.answer(content));
                        });
                var tight = Gateways.limited(upstream.url(), new Config.Limits(1 << 20, 1 << 20));
                var blocks = new Wire(tight.address())) {
            blocks.request("POST", Chat.PATH, body("blocks"));
            Gateways.awaitInFlight(tight, 1);
            Wire.Answer answer = Wire.ask(tight.address(), Chat.PATH, Chat.ask("long"));
            assertEquals(Chat.answer(content), answer.text());
            Wire.Answer again = Wire.ask(tight.address(), Chat.PATH, Chat.ask("long"));
            assertEquals("MISS", again.cache(), "there was no room to keep it");
            String ledger = Wire.get(tight.address(), "/admin/ledger").text();
            assertTrue(ledger.contains("no-room"), ledger);
            go.countDown();
            assertEquals(200, blocks.answer().status());
            await(tight, "vivace_in_flight_bytes", now -> now == 0);
            Wire.ask(tight.address(), Chat.PATH, Chat.ask("later"));
            assertEquals("HIT", Wire.ask(tight.address(), Chat.PATH, Chat.ask("later")).cache());
        }
    }

    @Test
    void whoJoinsAndNeedsTheWholeIsToldThatThereIsNoRoom() throws Exception {
        String piece = Chat.piece("x".repeat(30_000));
        var go = new CountDownLatch(1);
        try (var upstream =
                        Upstream.start((call, reply) -> {
                            if (call.text().contains("blocks")) {
                                go.await();
                                Chat.reply(call, reply);
                                return;
                            }
                            reply.begin("text/event-stream");
                            reply.chunk(piece);
                            go.await();
                            for (int i = 0; i < 100; i++) {
                                reply.chunk(piece);
                            }
                            reply.chunk(Chat.DONE);
                            reply.end();
                        });
                var tight = Gateways.limited(upstream.url(), new Config.Limits(1 << 20, 1 << 20));
                var blocks = new Wire(tight.address());
                var leader = new Wire(tight.address());
                var joiner = new Wire(tight.address())) {
            leader.post(Chat.PATH, Chat.stream("mixed"));
            Gateways.awaitInFlight(tight, 1);
            joiner.post(Chat.PATH, Chat.ask("mixed"));
            Gateways.awaitInFlight(tight, 2);
            blocks.request("POST", Chat.PATH, body("blocks"));
            Gateways.awaitInFlight(tight, 3);
            go.countDown();
            Wire.Answer told = joiner.answer();
            assertEquals(503, told.status(), told.text());
            assertTrue(told.text().contains("limits.in-flight"), told.text());
            assertEquals(101L * piece.length() + Chat.DONE.length(), leader.answer().body().length);
            assertEquals(200, blocks.answer().status());
            await(tight, "vivace_in_flight_bytes", now -> now == 0);
        }
    }
}
