package dev.vivace.simulator;

import static dev.vivace.simulator.Api.CHAT;
import static dev.vivace.simulator.Api.chat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.core.JacksonException;

class FaultsTest {
    private static final String STREAM = "\"stream\": true";

    private static SimulatorOptions with(String fault) {
        return SimulatorOptions.defaults().withTimeScale(0).withFaults(Map.of(fault, 1.0));
    }

    @ParameterizedTest
    @ValueSource(ints = {429, 500, 502, 503})
    void statusFaultsAreErrorsInTheDoorsProtocol(int status) {
        try (var api = new Api(with("" + status))) {
            var chat = api.post(CHAT, chat("x"));
            assertEquals(status, chat.statusCode());
            assertTrue(
                    Api.JSON
                            .readTree(chat.body())
                            .at("/error/message")
                            .stringValue()
                            .contains("fault"));
            assertEquals(status == 429, chat.headers().firstValue("retry-after").isPresent());
            var messages = api.post("/v1/messages", "{}");
            assertEquals("error", Api.JSON.readTree(messages.body()).path("type").stringValue());
            assertEquals(Map.of("" + status, 2L), api.simulator.stats().faults());
            assertEquals(0, api.simulator.stats().promptTokens());
            assertEquals(200, api.send("GET", "/v1/models", "").statusCode());
        }
    }

    @Test
    void aResetComesBeforeTheFirstByte() throws IOException {
        try (var api = new Api(with("reset"));
                var socket = open(api, chat("x"))) {
            assertThrows(SocketException.class, () -> socket.getInputStream().read());
            assertEquals(0, api.simulator.stats().inFlight());
            assertEquals(0, api.simulator.stats().aborted());
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aCutComesInTheMiddle(boolean stream) throws IOException {
        try (var api = new Api(with("cut"));
                var socket = open(api, stream ? chat("x", STREAM) : chat("x"))) {
            var seen = new StringBuilder();
            assertThrows(
                    SocketException.class,
                    () -> {
                        for (int c; (c = socket.getInputStream().read()) >= 0; ) {
                            seen.append((char) c);
                        }
                    });
            assertTrue(seen.toString().startsWith("HTTP/1.1 200"));
            assertTrue(seen.indexOf("chatcmpl-") > 0);
            assertEquals(-1, seen.indexOf("[DONE]"));
            assertTrue(api.simulator.stats().completionTokens() > 0);
        }
    }

    @Test
    void garbageIsMalformed() {
        try (var api = new Api(with("garbage"))) {
            var stream = api.post(CHAT, chat("x", STREAM));
            assertEquals(200, stream.statusCode());
            assertFalse(stream.body().contains("[DONE]"));
            assertThrows(JacksonException.class, () -> Api.events(stream.body()));
            var whole = api.post(CHAT, chat("x"));
            assertEquals(200, whole.statusCode());
            assertThrows(JacksonException.class, () -> Api.JSON.readTree(whole.body()));
        }
    }

    @Test
    void aSlowAnswerIsWholeAndDrips() {
        try (var api = new Api(with("slow"));
                var fast = Api.atOnce()) {
            String body = chat("x", "\"max_tokens\": 3");
            long start = System.nanoTime();
            String answer = api.post(CHAT, body).body();
            assertTrue(System.nanoTime() - start >= Duration.ofMillis(100).toNanos());
            assertEquals(fast.post(CHAT, body).body(), answer);
        }
    }

    @Test
    void aHangLastsUntilTheClientLeaves() throws IOException {
        try (var api = new Api(with("hang"))) {
            try (var socket = open(api, chat("x"))) {
                Api.until(() -> api.simulator.stats().faults().containsKey("hang"));
                assertEquals(1, api.simulator.stats().inFlight());
                assertEquals(0, socket.getInputStream().available());
            }
            Api.until(() -> api.simulator.stats().inFlight() == 0);
            assertEquals(1, api.simulator.stats().aborted());
        }
    }

    @Test
    void aShareOfFaultsFollowsSeedAndNumber() {
        var options =
                SimulatorOptions.defaults()
                        .withTimeScale(0)
                        .withFaults(Map.of("500", 0.2, "503", 0.2));
        try (var api = new Api(options);
                var other = new Api(options.withSeed(2))) {
            var first = statuses(api);
            assertNotEquals(first, statuses(other));
            api.simulator.reset();
            assertEquals(first, statuses(api));
            assertTrue(first.contains(200) && first.contains(500) && first.contains(503));
        }
    }

    private static java.util.List<Integer> statuses(Api api) {
        return IntStream.range(0, 60)
                .mapToObj(i -> api.post(CHAT, chat("x")).statusCode())
                .toList();
    }

    @ParameterizedTest
    @CsvSource({"nothing, 0.5, nothing", "500, -0.1, -0.1", "cut, 1.5, 1.5", "slow, NaN, NaN"})
    void wrongFaultsAreNamed(String fault, double rate, String says) {
        var e =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> SimulatorOptions.defaults().withFaults(Map.of(fault, rate)));
        assertTrue(String.valueOf(e.getMessage()).contains(says), e.getMessage());
    }

    @Test
    void tokensPerMinuteAreABucketThatRefills() {
        var now = new AtomicLong();
        String body = chat("x", "\"max_tokens\": 5");
        try (var api =
                new Api(
                        SimulatorOptions.defaults()
                                .withTimeScale(0)
                                .withTokensPerMinute(25)
                                .withClock(now::get))) {
            assertEquals(200, api.post(CHAT, body).statusCode());
            assertEquals(200, api.post(CHAT, body).statusCode());
            var refused = api.post(CHAT, body);
            assertEquals(429, refused.statusCode());
            long wait = Long.parseLong(refused.headers().firstValue("retry-after").orElseThrow());
            assertEquals(200, api.post(CHAT, body, "authorization", "Bearer b").statusCode());
            now.addAndGet(Duration.ofSeconds(wait).toNanos());
            assertEquals(200, api.post(CHAT, body).statusCode());
            assertEquals(1, api.simulator.stats().rateLimited());
            assertEquals(429, api.post(CHAT, chat("word ".repeat(30))).statusCode());
        }
    }

    private static Socket open(Api api, String body) throws IOException {
        var socket = new Socket("127.0.0.1", api.simulator.address().getPort());
        socket.setSoTimeout(20_000);
        socket.getOutputStream().write(Api.wire(body));
        return socket;
    }
}
