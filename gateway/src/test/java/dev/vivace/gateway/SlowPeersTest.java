package dev.vivace.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vivace.config.Config;
import dev.vivace.deliver.BreakerOptions;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whoever stops taking or sending is given up, and whoever is merely slow is not. */
@Timeout(60)
final class SlowPeersTest {
    private static final Duration SHORT = Duration.ofMillis(700);
    private static final Duration LONG = Duration.ofMinutes(1);
    private static final byte[] NONE = new byte[0];

    /** An answer without an end, until the gateway closes the connection. */
    private static void endless(Upstream.Reply reply, CountDownLatch closed) throws IOException {
        String event = Chat.piece("x".repeat(30_000));
        reply.begin("text/event-stream");
        try {
            while (true) {
                reply.chunk(event);
            }
        } catch (IOException gone) {
            closed.countDown();
            throw gone;
        }
    }

    @Test
    void aClientThatTakesNothingIsCutOff() throws Exception {
        for (String path : new String[] {Chat.PATH, "/v1/files"}) {
            var closed = new CountDownLatch(1);
            try (var upstream = Upstream.start((call, reply) -> endless(reply, closed));
                    var hasty = Gateways.impatient(upstream.url(), LONG, SHORT);
                    var wire = new Wire(hasty.address(), 32 << 10)) {
                wire.post(path, Chat.stream("endless"));
                assertEquals(200, wire.head().status());
                assertTrue(closed.await(20, TimeUnit.SECONDS), "the upstream's connection is held");
                Gateways.awaitIdle(hasty);
                String ledger = Wire.get(hasty.address(), "/admin/ledger").text();
                assertTrue(ledger.contains("\"status\":499"), ledger);
                assertTrue(ledger.contains("took nothing of its answer for 0.7 s"), ledger);
            }
        }
    }

    @Test
    void aClientThatTakesNothingOfAnAnswerFromTheCacheIsCutOff() throws Exception {
        String content = "x".repeat(3_500_000);
        try (var upstream = Upstream.start((call, reply) -> reply.json(200, Chat.answer(content)));
                var hasty = Gateways.impatient(upstream.url(), LONG, SHORT)) {
            assertEquals(200, Wire.ask(hasty.address(), Chat.PATH, Chat.ask("long")).status());
            try (var wire = new Wire(hasty.address(), 32 << 10)) {
                wire.post(Chat.PATH, Chat.ask("long"));
                wire.post(Chat.PATH, Chat.ask("long"));
                wire.post(Chat.PATH, Chat.ask("long"));
                Wire.Head head = wire.head();
                assertEquals("HIT", head.cache());
                // Whatever is sent after the cut finds no connection.
                long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
                boolean cut = false;
                while (!cut && System.nanoTime() < deadline) {
                    try {
                        wire.send("\r\n");
                        Gateways.inFlight(hasty);
                    } catch (IOException gone) {
                        cut = true;
                    }
                }
                assertTrue(cut, "the connection is held");
            }
        }
    }

    @Test
    void theOthersGoOnWhenOneIsCutOff() throws Exception {
        int events = 1_400; // more than a slow reader may be behind
        String event = Chat.piece("x".repeat(30_000));
        var go = new CountDownLatch(1);
        try (var upstream =
                        Upstream.start((call, reply) -> {
                            reply.begin("text/event-stream");
                            reply.chunk(event);
                            go.await();
                            for (int i = 1; i < events; i++) {
                                reply.chunk(event);
                            }
                            reply.chunk(Chat.DONE);
                            reply.end();
                        });
                var hasty = Gateways.impatient(upstream.url(), LONG, SHORT);
                var leader = new Wire(hasty.address(), 32 << 10);
                var joiner = new Wire(hasty.address())) {
            leader.post(Chat.PATH, Chat.stream("shared"));
            assertEquals("MISS", leader.head().cache());
            joiner.post(Chat.PATH, Chat.stream("shared"));
            Wire.Head joined = joiner.head();
            assertEquals("JOINED", joined.cache());
            go.countDown();
            Wire.Answer whole = joiner.rest(joined);
            assertTrue(whole.whole(), "held back for ever by the other");
            assertEquals((long) events * event.length() + Chat.DONE.length(), whole.body().length);
            Gateways.awaitIdle(hasty);
            String ledger = Wire.get(hasty.address(), "/admin/ledger").text();
            assertTrue(ledger.contains("\"status\":499"), "the leader's entry: " + ledger);
            assertTrue(ledger.contains("\"status\":200"), "the joiner's entry: " + ledger);
        }
    }

    @Test
    void aSlowClientIsNotCutOff() throws Exception {
        byte[] body = new byte[48 << 20];
        try (var upstream =
                        Upstream.start((call, reply) ->
                                reply.full(200, "application/octet-stream", body));
                var hasty = Gateways.impatient(upstream.url(), LONG, SHORT);
                var wire = new Wire(hasty.address(), 512 << 10)) {
            wire.request("GET", "/v1/files/1/content", NONE);
            assertEquals(200, wire.head().status());
            long until = System.nanoTime() + 3 * SHORT.toNanos();
            int got = 0;
            while (System.nanoTime() < until && got < 40 << 20) {
                // A little, and then a while in which others are served.
                got += wire.in.readNBytes(1 << 20).length;
                for (int i = 0; i < 5; i++) {
                    Gateways.inFlight(hasty);
                }
            }
            assertEquals(body.length - got, wire.in.readNBytes(body.length - got).length);
        }
    }

    @Test
    void anUploadThatFlowsIsNotLateHoweverLongItTakes() throws Exception {
        var taken = new Semaphore(0);
        try (var upstream =
                        Upstream.startUnread((call, reply) -> {
                            for (int b = reply.in.read(); b != 'z'; b = reply.in.read()) {
                                taken.release();
                            }
                            reply.json(200, "{}");
                        });
                var hasty = Gateways.impatient(upstream.url(), SHORT, SHORT);
                var wire = new Wire(hasty.address())) {
            wire.send("POST /v1/files HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
            long until = System.nanoTime() + 3 * SHORT.toNanos();
            while (System.nanoTime() < until) {
                wire.send("5\r\nhello\r\n");
                assertTrue(taken.tryAcquire(20, TimeUnit.SECONDS));
            }
            wire.send("1\r\nz\r\n0\r\n\r\n");
            assertEquals(200, wire.answer().status());
        }
    }

    @Test
    void anUploadThatStallsIsGivenUp() throws Exception {
        var closed = new CountDownLatch(1);
        try (var upstream =
                        Upstream.startUnread((call, reply) -> {
                            try {
                                reply.in.readAllBytes();
                            } catch (IOException reset) {
                                // as good
                            }
                            closed.countDown();
                        });
                var hasty = Gateways.impatient(upstream.url(), LONG, SHORT);
                var wire = new Wire(hasty.address())) {
            wire.send("POST /v1/files HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nhello");
            Wire.Answer answer = wire.answer();
            assertEquals(504, answer.status(), answer.text());
            assertTrue(answer.text().contains("the client sent nothing for 0.7 s"), answer.text());
            assertTrue(closed.await(20, TimeUnit.SECONDS));
            Gateways.awaitIdle(hasty);
        }
    }

    @Test
    void anUploadThatStallsIsNotTheUpstreamsFault() throws Exception {
        try (var upstream =
                        Upstream.startUnread((call, reply) -> {
                            if (call.header("content-length").orElse("").equals("1000")) {
                                reply.in.readAllBytes();
                            } else {
                                reply.json(200, "{}");
                            }
                        });
                var touchy =
                        Gateway.start(
                                Gateways.config(upstream.url()).toBuilder()
                                        .timeouts(new Config.Timeouts(LONG, SHORT, SHORT))
                                        .breaker(new BreakerOptions(true, LONG, 1, 0.1, LONG, 1))
                                        .build());
                var wire = new Wire(touchy.address())) {
            wire.send("POST /v1/files HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nhello");
            Wire.Answer answer = wire.answer();
            assertEquals(504, answer.status(), answer.text());
            assertTrue(answer.text().contains("the client sent nothing for 0.7 s"), answer.text());
            assertEquals(200, Wire.get(touchy.address(), "/v1/models").status());
            String page = Wire.get(touchy.address(), "/admin/upstreams").text();
            assertTrue(page.contains("\"breaker\":\"closed\""), page);
        }
    }

    /** A model call's body, that is whole here before it goes on. */
    @Test
    void anUpstreamThatTakesABodySlowlyIsNotLate() throws Exception {
        var bound = Duration.ofSeconds(2); // what the sockets hold is read within it, at the end
        int filler = 24 << 20;
        String body = Chat.ask("x".repeat(filler));
        try (var upstream =
                        Upstream.startUnread((call, reply) -> {
                            int left = call.header("content-length").map(Integer::parseInt).get();
                            int step = left / 40 + 1;
                            while (left > 0) {
                                left -= reply.in.readNBytes(Math.min(left, step)).length;
                                // This is what slow means; nothing waits for it but the clock. In
                                // all it takes twice the bound, each pause a twentieth of it.
                                Thread.sleep(110);
                            }
                            reply.json(200, "{}");
                        });
                var hasty = Gateways.impatient(upstream.url(), bound, bound);
                var wire = new Wire(hasty.address())) {
            Wire.Answer answer = wire.request("POST", Chat.PATH, body.getBytes(UTF_8)).answer();
            assertEquals(200, answer.status(), answer.text());
            assertFalse(upstream.calls().size() > 1, "sent twice");
        }
    }

    /** Late: as if the upstream had worked on it, and billed it. */
    @ParameterizedTest
    @CsvSource({
        "1, 0, 200, 2", // stale
        "0, 0, 502, 1", // it had just served
        "1, 1, 502, 1", // late
    })
    void onlyWhatWasIdleAndBreaksAtOnceIsStale(
            int idleLonger, int breaksLater, int status, int calls) throws Exception {
        var clock = new StillClock();
        try (var upstream = Upstream.start(Chat::reply);
                var gateway = Gateways.retrying(upstream.url(), Gateways.NEVER_AGAIN, clock);
                var wire = new Wire(gateway.address())) {
            assertEquals(200, wire.post(Chat.PATH, Chat.ask("first")).answer().status());
            upstream.forget();
            upstream.script((call, reply) -> {
                upstream.script(Chat::reply);
                clock.passNanos(Sending.STALE_NANOS - 1 + breaksLater);
                reply.reset();
            });
            clock.passNanos(Sending.IDLE_NANOS + idleLonger);
            Wire.Answer answer = wire.post(Chat.PATH, Chat.ask("second")).answer();
            assertEquals(status, answer.status(), answer.text());
            assertEquals(calls, upstream.calls().size());
        }
    }
}
