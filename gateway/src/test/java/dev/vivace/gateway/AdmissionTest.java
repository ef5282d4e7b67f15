package dev.vivace.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vivace.config.Config;
import dev.vivace.key.Principal;
import dev.vivace.limit.ByteBudget;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who comes in, and for how long one may stay without asking for anything. */
@Timeout(60)
final class AdmissionTest {
    private static final String GET = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";

    /** The part of a gateway that is at the door, with a clock that the test moves. */
    private static final class Door implements AutoCloseable {
        final Vertx vertx = Vertx.vertx();
        final Context context = vertx.getOrCreateContext();
        final ByteBudget budget = new ByteBudget(1 << 20);
        final Entrance entrance = new Entrance(100);
        final Visitors visitors = new Visitors(entrance);
        final BodyReader.Desk desk =
                new BodyReader.Desk(context, budget, new Senders(), System::nanoTime);
        final URI address;

        Door() throws Exception {
            var options =
                    new HttpServerOptions()
                            .setHost("127.0.0.1")
                            .setPort(0)
                            .setHttp2ClearTextEnabled(false);
            var port = new CompletableFuture<Integer>();
            context.runOnContext(nothing -> {
                HttpServer server = vertx.createHttpServer(options);
                server.connectionHandler(connection ->
                        visitors.enter(connection, RequestDecoder.install(connection, options)));
                server.requestHandler(request -> {
                    visitors.asks(request);
                    if (!Exchange.hasBody(request)) {
                        request.response().end("ok");
                        return;
                    }
                    desk.read(
                            request,
                            Principal.LOCAL,
                            1 << 20,
                            new BodyReader.Wanting() {
                                @Override
                                public void body(byte[] body, Runnable release) {
                                    release.run();
                                    request.response().end("ok");
                                }

                                @Override
                                public void refused(int status, String message) {
                                    request.response().setStatusCode(status).end(message);
                                }
                            });
                });
                server.listen().onSuccess(made -> port.complete(made.actualPort()));
            });
            address = URI.create("http://127.0.0.1:" + port.get(20, TimeUnit.SECONDS));
        }

        /** Twice: what has changed is seen by the first. */
        void sweepAfter(Duration time) throws Exception {
            var done = new CompletableFuture<Boolean>();
            context.runOnContext(nothing -> {
                long now = System.nanoTime();
                visitors.sweep(now);
                visitors.sweep(now + time.toNanos());
                desk.sweep(now + time.toNanos());
                done.complete(true);
            });
            done.get(20, TimeUnit.SECONDS);
        }

        @Override
        public void close() throws Exception {
            vertx.close().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
        }
    }

    /** An answer on another connection: what was sent before has been read. */
    private static void settle(Door door) throws Exception {
        for (int i = 0; i < 3; i++) {
            try (var other = new Wire(door.address)) {
                assertEquals(200, other.send(GET).answer().status());
            }
        }
    }

    @Test
    void whoIsIdleForTooLongIsSentAway() throws Exception {
        try (var door = new Door();
                var wire = new Wire(door.address)) {
            assertEquals(200, wire.send(GET).answer().status());
            door.sweepAfter(Visitors.MAX_IDLE.minusSeconds(1));
            assertEquals(200, wire.send(GET).answer().status());
            door.sweepAfter(Visitors.MAX_IDLE.plusSeconds(1));
            assertTrue(wire.closed());
        }
    }

    @Test
    void aHeadThatDripsIsCutOff() throws Exception {
        try (var door = new Door();
                var dripping = new Wire(door.address);
                var partOfALine = new Wire(door.address);
                var silent = new Wire(door.address)) {
            dripping.send("GET / HTTP/1.1\r\nHost: x\r\nX-A: b\r\nX-");
            partOfALine.send("G");
            settle(door);
            door.sweepAfter(Visitors.MAX_HEAD.minusSeconds(1));
            dripping.send("B: c\r\n");
            settle(door);
            door.sweepAfter(Visitors.MAX_HEAD.plusSeconds(1));
            for (Wire wire : List.of(dripping, partOfALine)) {
                Wire.Answer answer = wire.answer();
                assertEquals(408, answer.status());
                assertTrue(answer.text().contains("30 s"), answer.text());
                assertTrue(wire.closed());
            }
            assertEquals(200, silent.send(GET).answer().status(), "it had sent nothing");
        }
    }

    @Test
    void aBodyThatDripsGivesItsRoomBack() throws Exception {
        try (var door = new Door();
                var wire = new Wire(door.address)) {
            wire.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 900000\r\n\r\n");
            wire.send("x".repeat(5_000));
            settle(door);
            assertEquals(256 << 10, door.budget.held(), "what was only declared takes no room");
            door.sweepAfter(Duration.ofSeconds(25));
            assertEquals(256 << 10, door.budget.held(), "it is slow, and no more");
            door.sweepAfter(Duration.ofSeconds(45));
            assertEquals(0, door.budget.held());
            assertEquals(408, wire.answer().status());
        }
    }

    private static Gateway gateway(URI upstream, int connections) {
        Config.Server any = Config.Server.DEFAULT;
        return Gateway.start(
                Gateways.config(upstream)
                        .withServer(
                                new Config.Server(
                                        "127.0.0.1",
                                        0,
                                        any.hosts(),
                                        any.region(),
                                        any.notice(),
                                        any.grace(),
                                        connections)));
    }

    @Test
    void connectionsAreBounded() throws Exception {
        int most = 5;
        try (var upstream = Upstream.start(Chat::reply);
                var gateway = gateway(upstream.url(), most)) {
            var inside = new ArrayList<Wire>();
            for (int i = 0; i < most; i++) {
                var wire = new Wire(gateway.address());
                assertEquals(200, wire.post(Chat.PATH, Chat.ask("q")).answer().status());
                inside.add(wire);
            }
            for (int i = 0; i < 20; i++) {
                try (var wire = new Wire(gateway.address())) {
                    Wire.Answer answer = wire.answer();
                    assertEquals(503, answer.status());
                    assertEquals(Optional.of("1"), answer.head().header("retry-after"));
                    assertTrue(answer.text().contains("There are 5 connections"), answer.text());
                    assertTrue(answer.text().contains("server.connections"), answer.text());
                    assertTrue(wire.closed());
                }
            }
            assertEquals(200, inside.getFirst().post(Chat.PATH, Chat.ask("q")).answer().status());
            inside.removeLast().close();
            // As soon as the gateway has seen that one is gone, another may come.
            int status = 503;
            for (int tries = 0; status == 503 && tries < 10_000; tries++) {
                try (var wire = new Wire(gateway.address())) {
                    status = wire.post(Chat.PATH, Chat.ask("q")).answer().status();
                } catch (java.io.IOException sentAway) {
                    // before it could ask
                }
            }
            assertEquals(200, status);
            for (Wire wire : inside) {
                wire.close();
            }
        }
    }

    @Test
    void headerFieldsAreCounted() throws Exception {
        try (var upstream = Upstream.start(Chat::reply);
                var gateway = Gateways.to(upstream.url())) {
            // Host and content type are two, the length is a third.
            for (int fields :
                    new int[] {RequestDecoder.MAX_FIELDS - 3, RequestDecoder.MAX_FIELDS}) {
                var more = new String[fields];
                java.util.Arrays.fill(more, "X-A: b");
                Wire.Answer answer = Wire.ask(gateway.address(), Chat.PATH, Chat.ask("q"), more);
                boolean few = fields < RequestDecoder.MAX_FIELDS;
                assertEquals(few ? 200 : 431, answer.status(), answer.text());
                assertTrue(few || answer.text().contains("256"), answer.text());
            }
            try (var wire = new Wire(gateway.address())) {
                String head = "GET /healthz HTTP/1.1\r\nHost: x\r\n" + "X-A: b\r\n".repeat(200);
                for (int i = 0; i < 3; i++) {
                    assertEquals(200, wire.send(head + "\r\n").answer().status(), "each by itself");
                }
            }
        }
    }

    @Test
    void boundsAreNamed() throws Exception {
        try (var upstream = Upstream.start(Chat::reply);
                var gateway =
                        Gateways.limited(upstream.url(), new Config.Limits(1 << 20, 4 << 20, 3))) {
            try (var wire = new Wire(gateway.address())) {
                wire.send("GET /" + "a".repeat(20_000) + " HTTP/1.1\r\nHost: x\r\n\r\n");
                assertTrue(wire.answer().text().contains("16384"));
            }
            String four = "{\"model\":\"m\",\"%s\":[{},{},{},{}]}";
            for (String path : List.of(Chat.PATH, "/v1/messages", "/v1/responses")) {
                String member = path.endsWith("responses") ? "input" : "messages";
                Wire.Answer answer = Wire.ask(gateway.address(), path, four.formatted(member));
                assertEquals(413, answer.status(), answer.text());
                assertTrue(answer.text().contains("more than 3"), answer.text());
                assertTrue(answer.text().contains("limits.messages"), answer.text());
            }
            assertTrue(upstream.calls().isEmpty());
        }
    }

    /** An upstream that goes by names without case would serve the dear one. */
    @Test
    void aSecondModelInOtherCaseIsRefused() throws Exception {
        try (var upstream = Upstream.start(Chat::reply);
                var gateway = Gateways.to(upstream.url())) {
            String body = "{\"model\":\"cheap\",\"%s\":\"dear\",\"messages\":[],\"input\":\"\"}";
            for (String path :
                    List.of(Chat.PATH, "/v1/messages", "/v1/responses", "/v1/embeddings")) {
                for (String name : List.of("Model", "mod\\u0045l", "model")) {
                    Wire.Answer answer = Wire.ask(gateway.address(), path, body.formatted(name));
                    assertEquals(400, answer.status(), path);
                    assertTrue(answer.text().contains("member name"), answer.text());
                    assertTrue(answer.text().contains("invalid_request_error"), answer.text());
                }
            }
            assertTrue(upstream.calls().isEmpty());
        }
    }

    @Test
    void aModelsNameIsNoHeader() throws Exception {
        try (var upstream = Upstream.start(Chat::reply);
                var gateway = Gateways.to(upstream.url())) {
            for (String name :
                    List.of("a\\u0000b", "a\\r\\nX-B: c", "\u00e9", "x".repeat(70_000))) {
                String body = "{\"model\":\"" + name + "\",\"messages\":[]}";
                Wire.Answer answer = Wire.ask(gateway.address(), Chat.PATH, body);
                assertEquals(200, answer.status(), answer.text());
                assertTrue(answer.head().header("x-vivace-model").orElse("").length() <= 256);
                assertFalse(answer.head().header("x-b").isPresent());
            }
        }
    }

    /** Each by itself is patient enough for its own; together they are too many bytes. */
    @Test
    void whatClientsDoNotTakeIsBoundedInSum() throws Exception {
        String content = "x".repeat(3_500_000);
        try (var upstream = Upstream.start((call, reply) -> reply.json(200, Chat.answer(content)));
                var gateway =
                        Gateways.limited(upstream.url(), new Config.Limits(1 << 20, 16 << 20))) {
            assertEquals(200, Wire.ask(gateway.address(), Chat.PATH, Chat.ask("long")).status());
            var clients = new ArrayList<Wire>();
            for (int i = 0; i < 8; i++) {
                var wire = new Wire(gateway.address(), 32 << 10);
                for (int ask = 0; ask < 3; ask++) {
                    wire.post(Chat.PATH, Chat.ask("long"));
                }
                clients.add(wire);
                assertEquals("HIT", wire.head().cache());
            }
            int whole = 0;
            for (Wire wire : clients) {
                try (wire) {
                    int most = 3 * content.length();
                    if (wire.in.readNBytes(most).length == most) {
                        whole++;
                    }
                } catch (java.io.IOException cut) {
                    // one of those who took nothing for the longest time
                }
            }
            assertTrue(whole >= 1 && whole <= 7, whole + " of 8 were served whole");
        }
    }
}
