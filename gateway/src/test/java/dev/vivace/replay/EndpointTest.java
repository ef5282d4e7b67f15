package dev.vivace.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vivace.replay.FakeModel.Reply;
import dev.vivace.replay.Outcome.Failed;
import dev.vivace.replay.Outcome.GaveUp;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class EndpointTest {
    private static final Call CALL =
            new Call(
                    0,
                    "/chat/completions",
                    "m",
                    () -> "{}".getBytes(StandardCharsets.UTF_8),
                    Optional.empty(),
                    Optional.empty());

    private static Failed failure(Reply reply) throws Exception {
        try (var model = new FakeModel(body -> reply);
                var endpoint =
                        new Endpoint(model.url(), Optional.empty(), Duration.ofSeconds(30))) {
            return assertInstanceOf(Failed.class, endpoint.ask(CALL));
        }
    }

    @Test
    void aRefusalIsToldInTheOthersWords() throws Exception {
        var why = failure(new Reply(429, Map.of(), "{\"error\":{\"message\":\"slower\"}}")).why();
        assertEquals("429: slower", why);
        assertEquals("500: no body", failure(new Reply(500, Map.of(), "")).why());
        assertEquals("502: <html>", failure(new Reply(502, Map.of(), "<html>\nmore")).why());
        assertTrue(failure(new Reply(401, Map.of(), "{}")).why().contains("OPENAI_API_KEY"));
    }

    @Test
    void aRefusalByAGatewayBoughtWhatItSays() throws Exception {
        assertEquals(1, failure(new Reply(500, Map.of(), "")).upstreamCalls());
        var gateway = Map.of("x-vivace-id", "1", "x-vivace-attempts", "0");
        assertEquals(0, failure(new Reply(413, gateway, "")).upstreamCalls());
    }

    @Test
    void noAnswerAtAll() throws Exception {
        assertTrue(failure(new Reply(0, Map.of(), "")).why().startsWith("the connection broke"));
        assertTrue(failure(Reply.json("{\"a\":")).why().contains("no JSON"));
        assertTrue(failure(Reply.json("{\"a\":1}")).why().contains("cannot be used"));
    }

    @Test
    void patienceEnds() throws Exception {
        var release = new CountDownLatch(1);
        try (var model =
                        new FakeModel(body -> {
                            try {
                                release.await();
                            } catch (InterruptedException e) {
                                throw new AssertionError(e);
                            }
                            return FakeModel.echo(body);
                        });
                var endpoint =
                        new Endpoint(model.url(), Optional.empty(), Duration.ofSeconds(30))) {
            assertInstanceOf(GaveUp.class, endpoint.ask(CALL, Duration.ofMillis(50)));
            release.countDown();
        }
    }

    /** Headers and a beginning, and then silence: the client's own timeout is over by then. */
    @Test
    void anAnswerThatNeverEndsIsGivenUp() throws Exception {
        try (var server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            var served = Thread.startVirtualThread(() -> beginAnAnswer(server));
            var url = URI.create("http://127.0.0.1:" + server.getLocalPort() + "/v1");
            try (var endpoint = new Endpoint(url, Optional.empty(), Duration.ofMillis(500))) {
                var failed = assertInstanceOf(Failed.class, endpoint.ask(CALL));
                assertTrue(failed.why().contains("within 0.5 s"), failed.why());
                assertEquals(1, failed.upstreamCalls());
            }
            served.join();
        }
    }

    private static void beginAnAnswer(ServerSocket server) {
        try (var socket = server.accept()) {
            var head =
                    "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n"
                            + "data: {\"choices\":[{\"delta\":{\"content\":\"Hm\"}}]}\n\n";
            socket.getOutputStream().write(head.getBytes(StandardCharsets.UTF_8));
            socket.getOutputStream().flush();
            while (socket.getInputStream().read() >= 0) {
                // Until the client leaves.
            }
        } catch (IOException e) {
            // It left.
        }
    }

    @ParameterizedTest
    @CsvSource({
        "http://127.0.0.1:9,      http://127.0.0.1:9/v1",
        "http://127.0.0.1:9/,     http://127.0.0.1:9/v1",
        "http://127.0.0.1:9/v1/,  http://127.0.0.1:9/v1",
        "https://host/a/v1,       https://host/a/v1",
        "http://[::1]:80/v1,      http://[::1]:80/v1"
    })
    void addressesAsPeopleWriteThem(String written, String meant) {
        assertEquals(URI.create(meant), Endpoint.base("--target", written));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "localhost:8080", "ftp://host/", "http://", "not a url", "http://a b/"})
    void whatIsNoAddressIsNamed(String written) {
        var e = assertThrows(ReplayException.class, () -> Endpoint.base("--target", written));
        assertTrue(String.valueOf(e.getMessage()).startsWith("--target: "), e.toString());
        assertTrue(String.valueOf(e.getMessage()).endsWith(written), e.toString());
    }
}
