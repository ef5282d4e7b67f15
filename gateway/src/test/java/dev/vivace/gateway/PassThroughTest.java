package dev.vivace.gateway;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bytes in, bytes out. */
@Timeout(60)
final class PassThroughTest {
    private static final byte[] NONE = new byte[0];

    /** For how long something must not happen. */
    private static final Duration HELD_BACK = Duration.ofMillis(300);

    private Upstream upstream;
    private Gateway gateway;

    @BeforeEach
    void start() throws Exception {
        upstream = Upstream.start(Chat::reply);
        gateway = Gateways.to(upstream.url());
    }

    @AfterEach
    void stop() throws Exception {
        gateway.close();
        upstream.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{ \"temperature\" : 1.0 ,\n\t\"messages\":[ {\"content\":\"x\", \"role\":\"user\"} ],  \"model\":\"m-1\" } \r\n",
                "{\"model\":\"m-1\",\"messages\":[{\"role\":\"user\",\"content\":\"x\",\"n\":{\"b\":[1,2.50,1e3]}}],\"zeta\":{\"k\":null}}",
                "{\"model\":\"m-1\",\"messages\":[{\"role\":\"user\",\"content\":\"\\u00e9\\/\\ud83d\\ude00 \\t\"}]}",
                "{\"model\":\"m-1\",\"messages\":[{\"role\":\"user\",\"content\":\"é 😀 \\ud800\"}]}",
                "{\"model\":\"m-1\",\"messages\":[],\"seed\":123456789012345678901234567890,\"temperature\":0.10000000000000000000001}"
            })
    void aModelCallsBytesGoOutAsTheyCame(String body) throws Exception {
        assertEquals(200, Wire.ask(gateway.address(), Chat.PATH, body).status());
        assertEquals(body, upstream.only().text());
    }

    /** A body that is changed leaves in parts; what is between them goes out as it came. */
    @ParameterizedTest
    @ValueSource(ints = {0, 2_000_000})
    void ofARenamedModelOnlyTheNameChanges(int length) throws Exception {
        String body =
                "{ \"cache\":{\"ttl\":5} , \"user\":\"é\", \"model\" : \"default/m-1\",\"messages\":[{\"role\":\"user\", \"content\":\""
                        + "x".repeat(length)
                        + "\"}]}\n";
        assertEquals(200, Wire.ask(gateway.address(), Chat.PATH, body).status());
        assertEquals(
                body.replace("\"cache\":{\"ttl\":5} ,", "").replace("default/", ""),
                upstream.only().text());
    }

    @Test
    void anAnswersBytesComeBackAsTheyWere() throws Exception {
        byte[] body = bytes(3_000);
        upstream.script((call, reply) -> reply.full(200, "application/x-odd; q=\"a\"", body));
        try (var wire = new Wire(gateway.address())) {
            for (int i = 0; i < 3; i++) {
                Wire.Answer answer = wire.post(Chat.PATH, Chat.ask("odd " + i)).answer();
                assertArrayEquals(body, answer.body());
                assertEquals(
                        "application/x-odd; q=\"a\"",
                        answer.head().header("content-type").orElseThrow());
            }
        }
    }

    @Test
    void headersCrossUnchangedOrderedAndRepeated() throws Exception {
        upstream.script((call, reply) ->
                reply.json(
                        200,
                        "{}",
                        "Set-Cookie: a=1",
                        "X-Odd:   spaced \t value  ",
                        "Set-Cookie: b=2",
                        "X-Empty:",
                        "x-cache: of the upstream",
                        "X-Vivace-Id: of the upstream"));
        try (var wire = new Wire(gateway.address())) {
            wire.request(
                    "GET",
                    "/v1/models",
                    NONE,
                    "X-Many: 1",
                    "x-MiXeD: Case",
                    "X-Many: 2",
                    "X-Empty:",
                    "Accept-Encoding: gzip, br",
                    "User-Agent: odd/1.0 (a; b)");
            Wire.Head head = wire.answer().head();
            assertEquals(List.of("a=1", "b=2"), head.all("set-cookie"));
            assertEquals(Optional.of("spaced \t value"), head.header("x-odd"));
            assertEquals(Optional.of(""), head.header("x-empty"));
            assertEquals(List.of("BYPASS"), head.all("x-cache"));
            assertEquals(1, head.all("x-vivace-id").size());
        }
        Upstream.Call call = upstream.only();
        assertEquals(List.of("1", "2"), call.all("x-many"));
        assertEquals(Optional.of("gzip, br"), call.header("accept-encoding"));
        assertTrue(call.headers().contains("x-MiXeD: Case"), call.headers().toString());
        assertEquals(Optional.of(""), call.header("x-empty"));
        assertEquals(List.of("127.0.0.1:" + upstream.port()), call.all("host"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1/files", Chat.PATH})
    void headerBytesBeyondAsciiCrossUnchanged(String path) throws Exception {
        String utf8 = new String("é ü 漢".getBytes(UTF_8), ISO_8859_1);
        upstream.script((call, reply) -> reply.json(200, "{}", "X-Odd: " + utf8 + "\u00ff"));
        Wire.Answer answer =
                Wire.ask(gateway.address(), path, Chat.ask("odd"), "X-Mine: " + utf8 + "\u00fe");
        assertEquals(Optional.of(utf8 + "\u00ff"), answer.head().header("x-odd"));
        assertEquals(Optional.of(utf8 + "\u00fe"), upstream.only().header("x-mine"));
    }

    @Test
    void whatBelongsToOneHopStaysOnIt() throws Exception {
        upstream.script((call, reply) ->
                reply.json(
                        200,
                        "{}",
                        "Connection: X-Of-This-Hop, keep-alive",
                        "X-Of-This-Hop: 1",
                        "Keep-Alive: timeout=77",
                        "Proxy-Authenticate: Basic",
                        "X-End-To-End: 1"));
        for (String path : List.of("/v1/files", Chat.PATH)) {
            upstream.forget();
            Wire.Head head =
                    Wire.ask(
                                    gateway.address(),
                                    path,
                                    Chat.ask("hops"),
                                    "Connection: x-mine , keep-alive",
                                    "X-Mine: 1",
                                    "TE: trailers",
                                    "Upgrade: h2c",
                                    "Proxy-Authorization: Basic eA==",
                                    "X-Theirs: 1")
                            .head();
            assertEquals(Optional.empty(), head.header("x-of-this-hop"));
            assertEquals(Optional.empty(), head.header("keep-alive"));
            assertEquals(Optional.empty(), head.header("proxy-authenticate"));
            assertEquals(Optional.of("1"), head.header("x-end-to-end"));
            Upstream.Call call = upstream.only();
            for (String hop : List.of("x-mine", "te", "upgrade", "proxy-authorization")) {
                assertEquals(Optional.empty(), call.header(hop), hop);
            }
            assertEquals(Optional.of("1"), call.header("x-theirs"));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Connection: x-h",
                "Connection: keep-alive\r\nConnection: x-h",
                "Connection: close,x-h"
            })
    void whatAnyConnectionFieldNamesStaysOnItsHop(String connection) throws Exception {
        upstream.script((call, reply) -> reply.json(200, "{}", connection, "X-H: 1"));
        for (String path : List.of("/v1/files", Chat.PATH)) {
            upstream.forget();
            Wire.Head head =
                    Wire.ask(gateway.address(), path, Chat.ask("hop"), connection, "X-H: 1").head();
            assertEquals(Optional.empty(), head.header("x-h"));
            assertEquals(Optional.empty(), upstream.only().header("x-h"));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/v1/files?limit=3&after=f%2F1",
                "/v1/files/a%20b?x=%zz&y",
                "/v1/a;b=c/@:!$&'()*+,=?q=/?"
            })
    void targetsCrossUnchanged(String target) throws Exception {
        Wire.get(gateway.address(), target);
        assertEquals(target, upstream.only().target());
    }

    @Test
    void anAbsoluteTargetMeansItsPath() throws Exception {
        Wire.get(gateway.address(), "http://elsewhere.example/v1/models?a=b");
        assertEquals("/v1/models?a=b", upstream.only().target());
    }

    @Test
    void methodsAndStatusesWithoutABody() throws Exception {
        upstream.script((call, reply) -> {
            switch (call.method()) {
                case "HEAD" ->
                        reply.send(
                                "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\n");
                case "DELETE" -> reply.send("HTTP/1.1 204 No Content\r\nX-A: 1\r\n\r\n");
                case "GET" -> reply.send("HTTP/1.1 304 Not Modified\r\nETag: \"e\"\r\n\r\n");
                default -> reply.json(203, "{\"m\":\"" + call.method() + "\"}");
            }
        });
        try (var wire = new Wire(gateway.address())) {
            Wire.Answer head = wire.request("HEAD", "/v1/files/1", NONE).answerWithoutBody();
            assertEquals(Optional.of("5"), head.head().header("content-length"));
            Wire.Answer deleted = wire.request("DELETE", "/v1/files/1", NONE).answer();
            assertEquals(204, deleted.status());
            assertEquals(Optional.of("1"), deleted.head().header("x-a"));
            Wire.Answer same = wire.request("GET", "/v1/files/1", NONE).answer();
            assertEquals(304, same.status());
            assertEquals(Optional.of("\"e\""), same.head().header("etag"));
            for (String method : List.of("PUT", "PATCH", "OPTIONS", "PURGE")) {
                Wire.Answer answer = wire.request(method, "/v1/files/1", bytes(10)).answer();
                assertEquals("{\"m\":\"" + method + "\"}", answer.text());
                assertEquals(203, answer.status());
            }
        }
        assertEquals(7, upstream.calls().size());
    }

    @Test
    void aMultipartUploadArrivesByteForByte() throws Exception {
        byte[] form =
                ("--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.wav\"\r\n\r\n"
                                + new String(bytes(70_000), ISO_8859_1)
                                + "\r\n--b--\r\n")
                        .getBytes(ISO_8859_1);
        upstream.script((call, reply) -> reply.json(200, "{}"));
        try (var wire = new Wire(gateway.address())) {
            wire.request(
                            "POST",
                            "/v1/audio/transcriptions",
                            form,
                            "Content-Type: multipart/form-data; boundary=b")
                    .answer();
        }
        Upstream.Call call = upstream.only();
        assertArrayEquals(form, call.body());
        assertEquals(Optional.of("multipart/form-data; boundary=b"), call.header("content-type"));
        assertEquals(Optional.of("" + form.length), call.header("content-length"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1/files", Chat.PATH})
    void aBodyInChunksArrivesWhole(String path) throws Exception {
        String body = Chat.ask("in chunks");
        try (var wire = new Wire(gateway.address())) {
            wire.send(
                    "POST " + path + " HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
            for (int i = 0; i < body.length(); i += 7) {
                String part = body.substring(i, Math.min(body.length(), i + 7));
                wire.send(Integer.toHexString(part.length()) + ";x=y\r\n" + part + "\r\n");
            }
            wire.send("0\r\nX-Trailer: 1\r\n\r\n");
            assertEquals(200, wire.answer().status());
            assertEquals(200, wire.post(path, body).answer().status(), "and the next one");
        }
        assertEquals(body, upstream.calls().getFirst().text());
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1/files", Chat.PATH})
    void whoeverExpectsToBeToldToContinueIs(String path) throws Exception {
        String body = Chat.ask("continue");
        try (var wire = new Wire(gateway.address())) {
            wire.send(
                    "POST "
                            + path
                            + " HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: "
                            + body.length()
                            + "\r\n\r\n");
            assertEquals(100, wire.head().status());
            wire.send(body);
            assertEquals(200, wire.answer().status());
        }
        assertEquals(body, upstream.only().text());
        assertEquals(Optional.empty(), upstream.only().header("expect"));
    }

    @Test
    void informationBeforeTheAnswerDisturbsNothing() throws Exception {
        upstream.script((call, reply) -> {
            reply.send("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n");
            reply.json(200, "{\"real\":1}");
        });
        assertEquals("{\"real\":1}", Wire.get(gateway.address(), "/v1/models").text());
    }

    @Test
    void anAnswerThatEndsWithItsConnectionIsWhole() throws Exception {
        upstream.script((call, reply) -> {
            reply.send("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{\"a\":1}");
            reply.close();
        });
        Wire.Answer answer = Wire.get(gateway.address(), "/v1/models");
        assertEquals("{\"a\":1}", answer.text());
        assertTrue(answer.whole());
    }

    @Test
    void aLongUploadWaitsForASlowUpstreamAndArrivesWhole() throws Exception {
        byte[] body = bytes(20 << 20);
        var mayRead = new CountDownLatch(1);
        var arrived = new CompletableFuture<byte[]>();
        try (var slow =
                        Upstream.startUnread((call, reply) -> {
                            mayRead.await(20, TimeUnit.SECONDS);
                            arrived.complete(reply.in.readNBytes(body.length));
                            reply.json(200, "{}");
                        });
                var through = Gateways.to(slow.url());
                var wire = new Wire(through.address())) {
            var sent = new AtomicLong();
            wire.send("POST /v1/files HTTP/1.1\r\nHost: x\r\nContent-Length: 20971520\r\n\r\n");
            Thread sender =
                    Thread.ofVirtual()
                            .start(() -> {
                                try {
                                    for (int i = 0; i < body.length; i += 1 << 16) {
                                        wire.socket.getOutputStream().write(body, i, 1 << 16);
                                        sent.addAndGet(1 << 16);
                                    }
                                } catch (java.io.IOException e) {
                                    arrived.completeExceptionally(e);
                                }
                            });
            assertFalse(sender.join(HELD_BACK), "nobody reads, and yet all was sent");
            assertTrue(sent.get() < 16 << 20, sent + " bytes went, more than sockets hold");
            mayRead.countDown();
            assertArrayEquals(body, arrived.get(30, TimeUnit.SECONDS));
            sender.join();
            assertEquals(200, wire.answer().status());
        }
    }

    @Test
    void aLongAnswerWaitsForASlowReaderAndArrivesWhole() throws Exception {
        byte[] body = bytes(20 << 20);
        var sent = new AtomicLong();
        var all = new CountDownLatch(1);
        upstream.script((call, reply) -> {
            reply.send("HTTP/1.1 200 OK\r\nContent-Length: 20971520\r\n\r\n");
            for (int i = 0; i < body.length; i += 1 << 16) {
                reply.socket.getOutputStream().write(body, i, 1 << 16);
                sent.addAndGet(1 << 16);
            }
            all.countDown();
        });
        try (var wire = new Wire(gateway.address(), 32 << 10)) {
            wire.request("GET", "/v1/files/1/content", NONE);
            Wire.Head head = wire.head();
            assertEquals(Optional.of("20971520"), head.header("content-length"));
            assertFalse(
                    all.await(HELD_BACK.toMillis(), TimeUnit.MILLISECONDS),
                    "nobody reads, and yet all was sent");
            assertTrue(sent.get() < 16 << 20, sent + " bytes came, more than sockets hold");
            assertArrayEquals(body, wire.rest(head).body());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"Transfer-Encoding: chunked", "Content-Length: 1000"})
    void anUploadThatBreaksOffNeverLooksWhole(String framing) throws Exception {
        var came = new CountDownLatch(1);
        var rest = new CompletableFuture<String>();
        try (var slow =
                        Upstream.startUnread((call, reply) -> {
                            while (reply.in.read() != 'o') {}
                            came.countDown();
                            try {
                                rest.complete(new String(reply.in.readAllBytes(), UTF_8));
                            } catch (java.net.SocketException reset) {
                                rest.complete("");
                            }
                            reply.close();
                        });
                var through = Gateways.to(slow.url())) {
            try (var wire = new Wire(through.address())) {
                wire.send("POST /v1/files HTTP/1.1\r\nHost: x\r\n" + framing + "\r\n\r\n");
                wire.send(framing.startsWith("T") ? "5\r\nhello\r\n" : "hello");
                assertTrue(came.await(20, TimeUnit.SECONDS));
            }
            assertEquals("", rest.get(20, TimeUnit.SECONDS).strip(), "what followed the cut");
            Gateways.awaitIdle(through);
        }
    }

    @Test
    void anAnswerThatComesBeforeTheUploadsEndIsPassedOn() throws Exception {
        try (var early =
                        Upstream.startUnread((call, reply) -> {
                            reply.in.readNBytes(5);
                            reply.json(413, "{\"too\":\"large\"}", "Connection: close");
                            reply.awaitClosed();
                        });
                var through = Gateways.to(early.url());
                var wire = new Wire(through.address())) {
            wire.send("POST /v1/files HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nhello");
            Wire.Answer answer = wire.answer();
            assertEquals(413, answer.status());
            assertEquals("{\"too\":\"large\"}", answer.text());
            Gateways.awaitIdle(through);
        }
    }

    private static byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        new Random(7).nextBytes(bytes);
        return bytes;
    }
}
