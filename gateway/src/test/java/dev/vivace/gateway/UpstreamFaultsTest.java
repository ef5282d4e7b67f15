package dev.vivace.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vivace.deliver.RetryOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An upstream that fails is a clear error to who asked it, and nothing to anybody else. */
@Timeout(60)
final class UpstreamFaultsTest extends WireTest {

    @Test
    void nobodyListens() throws Exception {
        int port;
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        try (var nowhere = Gateways.to(URI.create("http://127.0.0.1:" + port + "/v1"))) {
            for (String path : List.of(Chat.PATH, "/v1/messages", "/v1/files")) {
                Wire.Answer answer = Wire.ask(nowhere.address(), path, Chat.ask("anybody"));
                failed(answer, 502);
                assertTrue(answer.text().contains("127.0.0.1:" + port), answer.text());
                assertTrue(answer.text().contains("refuses connections"), answer.text());
                assertEquals(
                        path.equals("/v1/messages"),
                        answer.text().startsWith("{\"type\":\"error\",\"error\":"),
                        answer.text());
            }
            assertEquals(200, Wire.get(nowhere.address(), "/healthz").status());
            Gateways.awaitIdle(nowhere);
        }
    }

    @Test
    void aNameThatNobodyHas() throws Exception {
        try (var nowhere = Gateways.to(URI.create("http://nobody.invalid:81/v1"))) {
            Wire.Answer answer = Wire.ask(nowhere.address(), Chat.PATH, Chat.ask("anybody"));
            failed(answer, 502);
            assertTrue(answer.text().contains("nobody.invalid"), answer.text());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "garbage\r\n\r\n",
                "HTTP/1.1 abc\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Len",
                "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{}",
                "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: -7\r\n\r\n{}",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{}",
                "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
            })
    void anAnswerThatIsNone(String bytes) throws Exception {
        upstream.script((call, reply) -> {
            reply.send(bytes);
            reply.close();
        });
        for (String body : List.of(Chat.ask("plain"), Chat.stream("stream"))) {
            try (var wire = new Wire(gateway.address())) {
                failed(wire.post(Chat.PATH, body).answer(), 502);
                assertFalse(
                        wire.post(Chat.PATH, body).answer().cache().equals("HIT"),
                        "the connection goes on, and nothing was stored");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "X-A: a\u0001b",
                "X-A: a\rb",
                "X-A: \u0000",
                "X-A: a\u007fb",
                "X A: b",
                ": b",
                "X-A"
            })
    void headersThatAreNoneReachNobodyAndHangNobody(String header) throws Exception {
        upstream.script((call, reply) -> {
            reply.send("HTTP/1.1 200 OK\r\n" + header + "\r\nContent-Length: 2\r\n\r\n{}");
            reply.close();
        });
        for (String path : List.of(Chat.PATH, "/v1/files")) {
            try (var wire = new Wire(gateway.address())) {
                Wire.Answer answer = wire.post(path, Chat.ask("headers")).answer();
                assertTrue(answer.status() == 200 || answer.status() == 502, answer.text());
                for (String line : answer.head().headers()) {
                    assertFalse(line.chars().anyMatch(c -> c < ' ' && c != '\t'), line);
                }
            }
        }
    }

    @Test
    void aLongPlainAnswerThatBreaksOffIsCutForTheClientToo() throws Exception {
        upstream.script((call, reply) -> {
            reply.send("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n");
            reply.send(new byte[600_000]);
            reply.reset();
        });
        for (String path : List.of(Chat.PATH, "/v1/files")) {
            try (var wire = new Wire(gateway.address())) {
                wire.post(path, Chat.ask("long"));
                try {
                    Wire.Answer answer = wire.answer();
                    assertTrue(answer.status() == 502 || !answer.whole(), "must not look whole");
                } catch (IOException cut) {
                    // as good
                }
            }
        }
    }

    @Test
    void aStreamThatBreaksOffEndsWithAnErrorEventAndACut() throws Exception {
        var seen = new CountDownLatch(1);
        upstream.script((call, reply) -> {
            reply.begin("text/event-stream");
            reply.chunk(Chat.piece("first"));
            seen.await();
            reply.reset();
        });
        try (var wire = new Wire(gateway.address())) {
            wire.post(Chat.PATH, Chat.stream("cut"));
            Wire.Head head = wire.head();
            assertEquals(200, head.status());
            assertEquals(Chat.piece("first"), new String(wire.chunk(), UTF_8));
            seen.countDown();
            Wire.Answer rest = wire.rest(head);
            assertFalse(rest.whole());
            assertTrue(rest.text().startsWith("data: {\"error\":{\"message\":\"The upstream"));
            assertTrue(rest.text().endsWith("\n\n"), rest.text());
        }
        upstream.script(Chat::reply);
        assertEquals("MISS", Wire.ask(gateway.address(), Chat.PATH, Chat.stream("cut")).cache());
    }

    /** The error event must not fill up a declared length, or a broken stream looks whole. */
    @Test
    void aStreamOfDeclaredLengthThatBreaksOffDoesNotLookWhole() throws Exception {
        var seen = new CountDownLatch(1);
        upstream.script((call, reply) -> {
            reply.send(
                    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: 5000\r\n\r\n");
            reply.send(Chat.piece("first").getBytes(UTF_8));
            seen.await();
            reply.reset();
        });
        try (var wire = new Wire(gateway.address())) {
            wire.post(Chat.PATH, Chat.stream("declared"));
            Wire.Head head = wire.head();
            assertEquals(Optional.empty(), head.header("content-length"));
            assertEquals(Chat.piece("first"), new String(wire.chunk(), UTF_8));
            seen.countDown();
            Wire.Answer rest = wire.rest(head);
            assertFalse(rest.whole());
            assertTrue(rest.text().startsWith("data: {\"error\""), rest.text());
        }
    }

    @Test
    void whatCameBeforeTheBreakReachesTheClient() throws Exception {
        var seen = new CountDownLatch(1);
        upstream.script((call, reply) -> {
            reply.begin("text/event-stream");
            reply.chunk(Chat.piece("first"));
            seen.await();
            // The last event and the break in one packet.
            String last = Chat.piece("last");
            reply.send(Integer.toHexString(last.length()) + "\r\n" + last + "\r\nbroken\r\n");
            reply.awaitClosed();
        });
        try (var wire = new Wire(gateway.address())) {
            wire.post(Chat.PATH, Chat.stream("last words"));
            Wire.Head head = wire.head();
            wire.chunk();
            seen.countDown();
            String rest = wire.rest(head).text();
            assertTrue(rest.startsWith(Chat.piece("last")), rest);
            assertTrue(rest.contains("\"error\""), rest);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void connectionsThatWentStaleNeverShow(boolean withReset) throws Exception {
        upstream.script((call, reply) -> {
            reply.json(200, Chat.answer("fresh"));
            if (withReset) {
                reply.reset();
            } else {
                reply.close();
            }
        });
        try (var wire = new Wire(gateway.address())) {
            for (int i = 0; i < 200; i++) {
                Wire.Answer answer = wire.post(Chat.PATH, Chat.ask("stale " + i)).answer();
                assertEquals(200, answer.status(), "call " + i + ": " + answer.text());
            }
        }
        assertEquals(200, upstream.calls().size());
    }

    @Test
    void connectionsThatCloseOnTheNextRequestAreNotTrustedForLong() throws Exception {
        // Without a word: the gateway cannot know until it has sent.
        upstream.script((call, reply) -> {
            if (upstream.calls().stream().filter(c -> c.connection() == call.connection()).count()
                    > 1) {
                reply.reset();
            } else {
                reply.json(200, Chat.answer("fresh"));
            }
        });
        try (var wire = new Wire(gateway.address())) {
            for (int i = 0; i < 50; i++) {
                Wire.Answer answer = wire.post(Chat.PATH, Chat.ask("stale " + i)).answer();
                assertEquals(200, answer.status(), "call " + i + ": " + answer.text());
                Wire.Answer upload = wire.post("/v1/files", Chat.ask("upload")).answer();
                assertEquals(200, upload.status(), "upload " + i + ": " + upload.text());
            }
            upstream.script((call, reply) -> reply.close());
            failed(wire.post(Chat.PATH, Chat.ask("really gone")).answer(), 502);
        }
        long gone = upstream.calls().stream().filter(c -> c.text().contains("really gone")).count();
        assertTrue(gone <= RetryOptions.DEFAULT.attempts(), gone + " attempts");
    }

    @Test
    void connectionsAreKept() throws Exception {
        try (var wire = new Wire(gateway.address())) {
            for (int i = 0; i < 50; i++) {
                assertEquals(200, wire.post(Chat.PATH, Chat.ask("kept " + i)).answer().status());
            }
        }
        assertEquals(1, upstream.connections());
    }

    @Test
    void silenceBeforeTheFirstByte() throws Exception {
        upstream.script((call, reply) -> reply.awaitClosed());
        try (var hasty =
                        Gateways.impatient(
                                upstream.url(), Duration.ofMillis(300), Duration.ofMinutes(1));
                var wire = new Wire(hasty.address())) {
            for (String path : List.of(Chat.PATH, "/v1/messages", "/v1/files")) {
                Wire.Answer answer = wire.post(path, Chat.ask("silence")).answer();
                failed(answer, 504);
                assertTrue(answer.text().contains("0.3 s"), answer.text());
                if (path.equals("/v1/files")) {
                    break;
                }
            }
            Gateways.awaitIdle(hasty);
        }
    }

    @Test
    void silenceInTheMiddle() throws Exception {
        upstream.script((call, reply) -> {
            if (call.text().contains("stream")) {
                reply.begin("text/event-stream");
                reply.chunk(Chat.piece("first"));
            } else {
                reply.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{");
            }
            reply.awaitClosed();
        });
        try (var hasty =
                        Gateways.impatient(
                                upstream.url(), Duration.ofMinutes(1), Duration.ofMillis(300));
                var wire = new Wire(hasty.address())) {
            failed(wire.post(Chat.PATH, Chat.ask("plain")).answer(), 504);
            Wire.Answer streamed = wire.post(Chat.PATH, Chat.stream("stream")).answer();
            assertFalse(streamed.whole());
            assertTrue(streamed.text().startsWith(Chat.piece("first")), streamed.text());
            assertTrue(streamed.text().contains("fell silent"), streamed.text());
            Gateways.awaitIdle(hasty);
        }
    }

    @Test
    void errorsOfTheUpstreamCrossUnchanged() throws Exception {
        String body =
                "{\"error\":{\"message\":\"slow down\",\"type\":\"x\",\"param\":null,\"code\":\"rate\"}} ";
        for (int status : List.of(400, 401, 404, 429, 500, 503, 529)) {
            upstream.script((call, reply) -> reply.json(status, body, "Retry-After: 7"));
            for (int i = 0; i < 2; i++) {
                Wire.Answer answer =
                        Wire.ask(gateway.address(), Chat.PATH, Chat.ask("error " + status));
                assertEquals(status, answer.status());
                assertEquals(body, answer.text());
                assertEquals(Optional.of("7"), answer.head().header("retry-after"));
                assertEquals("MISS", answer.cache(), "an error is not stored");
            }
        }
    }

    private static void failed(Wire.Answer answer, int status) {
        assertEquals(status, answer.status(), answer.text());
        assertTrue(answer.text().contains("\"message\":\"The upstream"), answer.text());
        assertFalse(answer.text().matches("(?s).*(\\tat |Exception|vertx|netty).*"), answer.text());
    }
}
