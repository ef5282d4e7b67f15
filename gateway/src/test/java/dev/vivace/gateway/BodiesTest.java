package dev.vivace.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vivace.config.Config;
import dev.vivace.key.Principal;
import dev.vivace.limit.ByteBudget;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What bodies that have come in part may take from others, and for how long. */
@Timeout(60)
final class BodiesTest {
    private static final int STEP = 256 << 10;
    private static final int MB = 1 << 20;

    /** Reads bodies as the gateway's doors do, with a clock that the test moves. */
    private static final class Door implements AutoCloseable {
        final AtomicLong clock = new AtomicLong();
        final Vertx vertx = Vertx.vertx();
        final Context context = vertx.getOrCreateContext();
        final Senders senders = new Senders();
        final Stragglers stragglers = new Stragglers(Duration.ofSeconds(30), MB);
        final ByteBudget budget;
        final BodyReader.Desk desk;
        final URI address;

        Door(long inFlight, int limit) throws Exception {
            budget = new ByteBudget(inFlight);
            desk = new BodyReader.Desk(context, budget, senders, clock::get);
            var port = new CompletableFuture<Integer>();
            context.runOnContext(nothing ->
                    vertx.createHttpServer()
                            .requestHandler(request -> read(request, limit))
                            .listen(0, "0.0.0.0")
                            .onSuccess(made -> port.complete(made.actualPort())));
            address = URI.create("http://127.0.0.1:" + port.get(20, TimeUnit.SECONDS));
        }

        private void read(HttpServerRequest request, int limit) {
            desk.read(
                    request,
                    Principal.LOCAL,
                    limit,
                    new BodyReader.Wanting() {
                        @Override
                        public void body(byte[] body, Runnable release) {
                            // It is held for a while, as an upstream would have it.
                            context.runOnContext(nothing -> {
                                release.run();
                                request.response().end("read " + body.length);
                            });
                        }

                        @Override
                        public void refused(int status, String message) {
                            new Exchange(request, Errors.OPENAI, stragglers, () -> {})
                                    .refuse(status, message);
                        }
                    });
        }

        /** Moves the clock. */
        void pass(Duration time) throws Exception {
            var done = new CompletableFuture<Boolean>();
            context.runOnContext(nothing -> {
                desk.sweep(clock.addAndGet(time.toNanos()));
                stragglers.sweep(System.nanoTime() + Duration.ofSeconds(2).toNanos());
                done.complete(true);
            });
            done.get(20, TimeUnit.SECONDS);
        }

        void awaitHeld(long bytes) {
            await(() -> budget.held() == bytes);
            assertEquals(bytes, budget.held());
        }

        @Override
        public void close() throws Exception {
            vertx.close().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
        }
    }

    private static void await(BooleanSupplier wanted) {
        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (!wanted.getAsBoolean() && System.nanoTime() < deadline) {
            Thread.onSpinWait();
        }
    }

    private static String declaring(long bytes) {
        return "POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Length: "
                + bytes
                + "\r\n\r\n";
    }

    private static URI at(URI address, int host) {
        return URI.create("http://127.0.0." + host + ":" + address.getPort());
    }

    @Test
    void whoOnlyDeclaresTakesNothingFromOthers() throws Exception {
        try (var upstream = Upstream.start(Chat::reply);
                var gateway =
                        Gateways.limited(
                                upstream.url(), new Config.Limits(64L * MB, 192L * MB, 10_000))) {
            var idle = new ArrayList<Wire>();
            for (int i = 0; i < 10; i++) {
                idle.add(new Wire(gateway.address()).send(declaring(64L * MB)));
                idle.add(new Wire(gateway.address()).send(declaring(64L * MB) + "{"));
            }
            String whole = Chat.ask("q") + " ".repeat(300_000);
            assertEquals(200, Wire.ask(gateway.address(), Chat.PATH, whole).status());
            for (Wire wire : idle) {
                wire.close();
            }
            await(() -> inFlightBytes(gateway) == 0);
            assertEquals(0, inFlightBytes(gateway));
        }
    }

    private static long inFlightBytes(Gateway gateway) {
        try {
            return Wire.get(gateway.address(), "/metrics")
                    .text()
                    .lines()
                    .filter(line -> line.startsWith("vivace_in_flight_bytes "))
                    .mapToLong(line -> Long.parseLong(line.substring(line.indexOf(' ') + 1)))
                    .findFirst()
                    .orElseThrow();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void roomGrowsWithWhatHasCome() throws Exception {
        try (var door = new Door(64L * MB, 64 * MB);
                var wire = new Wire(door.address)) {
            wire.send(declaring(1_000_000));
            wire.send("x");
            door.awaitHeld(STEP);
            wire.send("x".repeat(STEP));
            door.awaitHeld(2 * STEP);
            assertEquals(1, door.senders.count());
            wire.send("x".repeat(999_999 - STEP));
            assertEquals("read 1000000", wire.answer().text());
            door.awaitHeld(0);
            assertEquals(0, door.senders.count());
        }
    }

    @Test
    void theLargestBodyComesThroughWithOrWithoutALength() throws Exception {
        int limit = 64 * MB;
        byte[] body = new byte[limit];
        try (var door = new Door(limit, limit);
                var wire = new Wire(door.address)) {
            wire.request("POST", "/", body);
            assertEquals("read " + limit, wire.answer().text());
            wire.send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
            wire.send(Integer.toHexString(limit) + "\r\n").send(body).send("\r\n0\r\n\r\n");
            assertEquals("read " + limit, wire.answer().text());
            door.awaitHeld(0);
        }
    }

    /** 500 bytes a second, so that it is never silent for long. */
    @Test
    void aDripIsCut() throws Exception {
        try (var door = new Door(64L * MB, 64 * MB);
                var wire = new Wire(door.address);
                var steady = new Wire(door.address)) {
            wire.send(declaring(64 * MB));
            steady.send(declaring(64 * MB));
            for (int i = 1; i <= 3; i++) {
                wire.send("x".repeat(5_000));
                steady.send("x".repeat(170_000));
                settle(door);
                assertEquals(STEP + roomFor(i * 170_000), door.budget.held());
                door.pass(Duration.ofSeconds(10));
            }
            // 30 s, and 15,000 bytes at 16,000 a second.
            door.pass(Duration.ofMillis(900));
            assertEquals(STEP + roomFor(510_000), door.budget.held());
            door.pass(Duration.ofMillis(100));
            Wire.Answer answer = wire.answer();
            assertEquals(408, answer.status());
            assertTrue(answer.text().contains("too slowly: 15000 bytes"), answer.text());
            assertTrue(answer.text().contains("16000 bytes a second"), answer.text());
            door.pass(Duration.ZERO);
            assertTrue(wire.closed());
            door.awaitHeld(roomFor(510_000));
            door.pass(Duration.ofSeconds(31));
            assertTrue(steady.answer().text().contains("did not go on for 30 s"));
            door.awaitHeld(0);
            assertEquals(0, door.senders.count());
        }
    }

    /** Answers on another connection: what was sent before has been read. */
    private static void settle(Door door) throws IOException {
        for (int i = 0; i < 3; i++) {
            try (var other = new Wire(door.address)) {
                assertEquals("read 1", other.request("POST", "/", new byte[1]).answer().text());
            }
        }
    }

    private static long roomFor(int bytes) {
        long room = STEP;
        while (room < bytes) {
            room *= 2;
        }
        return room;
    }

    @Test
    void nobodySendsMoreAtATimeThanAQuarter() throws Exception {
        try (var door = new Door(4L * MB, MB);
                var first = new Wire(door.address);
                var second = new Wire(door.address);
                var third = new Wire(door.address)) {
            for (Wire wire : List.of(first, second)) {
                long before = door.budget.held();
                wire.send(declaring(MB)).send(new byte[400_000]);
                door.awaitHeld(before + 2 * STEP);
            }
            third.send(declaring(MB)).send("x");
            await(() -> door.senders.waiting() == 1);
            door.pass(Duration.ofSeconds(20));
            first.send("x");
            second.send("x");
            try (var whole = new Wire(door.address);
                    var other = new Wire(at(door.address, 1), 0, at(door.address, 2).getHost())) {
                assertEquals("read 9", whole.request("POST", "/", new byte[9]).answer().text());
                other.send(declaring(900_000)).send("x");
                door.awaitHeld(5 * STEP);
                other.send(new byte[899_999]);
                assertEquals("read 900000", other.answer().text());
            }
            settle(door);
            door.pass(Duration.ofSeconds(11));
            Wire.Answer answer = third.answer();
            assertEquals(429, answer.status());
            assertTrue(answer.text().contains("within 30 s: bodies of one address"), answer.text());
            assertTrue(answer.text().contains("1048576 bytes (a quarter"), answer.text());
            try (var fourth = new Wire(door.address)) {
                fourth.send(declaring(300_000)).send("x");
                await(() -> door.senders.waiting() == 1);
                first.close();
                fourth.send(new byte[299_999]);
                assertEquals("read 300000", fourth.answer().text());
            }
            second.send(new byte[MB - 400_001]);
            assertEquals("read 1048576", second.answer().text());
            door.awaitHeld(0);
        }
    }

    /** More than there is room for at a time, and none of them large. */
    @Test
    void whatIsSmallIsReadInTurn() throws Exception {
        int clients = 100;
        try (var door = new Door(4L * MB, MB)) {
            var wires = new ArrayList<Wire>();
            for (int i = 0; i < clients; i++) {
                wires.add(new Wire(door.address).send(declaring(150_000)).send(new byte[75_000]));
            }
            await(() -> door.senders.waiting() == clients - 6);
            assertEquals(clients - 6, door.senders.waiting());
            for (Wire wire : wires) {
                wire.send(new byte[75_000]);
            }
            for (Wire wire : wires) {
                assertEquals("read 150000", wire.answer().text());
                wire.close();
            }
            door.awaitHeld(0);
            assertEquals(0, door.senders.count());
        }
    }

    /** Each has sent a part, there is no room for any of them to go on. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void bodiesDoNotWaitForEachOther(long seed) throws Exception {
        int clients = 24;
        var random = new Random(seed);
        try (var door = new Door(MB, MB)) {
            var halves = new CountDownLatch(clients);
            var read = new AtomicInteger();
            var refused = new AtomicInteger();
            var threads = new ArrayList<Thread>();
            for (int i = 0; i < clients; i++) {
                byte[] body = new byte[1 + random.nextInt(700_000)];
                boolean chunked = random.nextBoolean();
                String host = "127.0.0." + (2 + i);
                threads.add(
                        Thread.startVirtualThread(() -> {
                            int status = inHalves(door.address, host, body, chunked, halves);
                            (status == 200 ? read : refused).incrementAndGet();
                        }));
            }
            for (Thread thread : threads) {
                thread.join();
            }
            assertEquals(clients, read.get() + refused.get(), "seed " + seed);
            assertTrue(read.get() > 0, "seed " + seed);
            door.awaitHeld(0);
            assertEquals(0, door.budget.waiting(), "seed " + seed);
            assertEquals(0, door.senders.count(), "seed " + seed);
        }
    }

    /** One waits for what its sender's other body has, and that one for what the first holds. */
    @Test
    void theTwoBudgetsDoNotWaitForEachOther() throws Exception {
        try (var door = new Door(4L * STEP, 4 * STEP);
                var large = new Wire(door.address);
                var second = new Wire(door.address);
                var other = new Wire(at(door.address, 1), 0, at(door.address, 2).getHost())) {
            large.send(declaring(900_000)).send(new byte[300_000]);
            door.awaitHeld(2 * STEP);
            second.send(declaring(2 * STEP)).send("x");
            door.awaitHeld(3 * STEP);
            other.send(declaring(2 * STEP)).send("x");
            door.awaitHeld(4 * STEP);
            second.send(new byte[STEP]);
            await(() -> door.budget.waiting() == 1);
            other.send(new byte[STEP]);
            await(() -> door.budget.waiting() == 2);
            assertEquals(2, door.budget.waiting(), "the large one may yet come whole");
            large.send(new byte[300_000]); // for which its sender has no room
            Wire.Answer refused = other.answer();
            assertEquals(429, refused.status());
            assertTrue(refused.text().contains("others were there before"), refused.text());
            second.send(new byte[STEP - 1]);
            assertEquals("read " + 2 * STEP, second.answer().text());
            large.send(new byte[300_000]);
            assertEquals("read 900000", large.answer().text());
            door.awaitHeld(0);
            assertEquals(0, door.senders.count());
        }
    }

    /**
     * @return 0 if it was cut off while it sent
     */
    private static int inHalves(
            URI address, String host, byte[] body, boolean chunked, CountDownLatch halves) {
        try (var wire = new Wire(address, 0, host)) {
            int half = body.length / 2;
            try {
                wire.send(
                        chunked
                                ? "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
                                        + Integer.toHexString(body.length)
                                        + "\r\n"
                                : declaring(body.length));
                wire.send(java.util.Arrays.copyOf(body, half));
            } finally {
                halves.countDown();
            }
            halves.await();
            wire.send(java.util.Arrays.copyOfRange(body, half, body.length));
            if (chunked) {
                wire.send("\r\n0\r\n\r\n");
            }
            int status = wire.answer().status();
            assertTrue(status == 200 || status == 429, "status " + status);
            return status;
        } catch (java.net.SocketTimeoutException hangs) {
            throw new AssertionError("neither read nor refused", hangs);
        } catch (IOException | InterruptedException cut) {
            return 0;
        }
    }
}
