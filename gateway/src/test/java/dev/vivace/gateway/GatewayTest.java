package dev.vivace.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vivace.config.Config;
import dev.vivace.simulator.Simulator;
import dev.vivace.simulator.SimulatorOptions;
import dev.vivace.simulator.TimeModel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Start, end, and many callers at once. */
@Timeout(60)
final class GatewayTest {
    private static final int CALLERS = 100;

    @TempDir Path directory;

    @Test
    void aHundredIdenticalStreamsReachTheModelOnce() throws Exception {
        // Slow enough for all to come while the answer is on its way.
        var slow = new TimeModel(1_000, 0, 10, 0, 0, 0);
        var options = SimulatorOptions.defaults().withTime(slow);
        try (var simulator = Simulator.start(options);
                var gateway = Gateways.to(URI.create(simulator.address() + "/v1"));
                var callers = Executors.newVirtualThreadPerTaskExecutor()) {
            var ready = new CountDownLatch(CALLERS);
            Callable<Wire.Answer> caller =
                    () -> {
                        try (var wire = new Wire(gateway.address())) {
                            ready.countDown();
                            ready.await();
                            return wire.post(Chat.PATH, Chat.stream("all at once")).answer();
                        }
                    };
            var answers = new ArrayList<Wire.Answer>();
            List<Future<Wire.Answer>> pending = new ArrayList<>();
            for (int i = 0; i < CALLERS; i++) {
                pending.add(callers.submit(caller));
            }
            for (Future<Wire.Answer> answer : pending) {
                answers.add(answer.get());
            }
            assertEquals(Map.of(Chat.PATH, 1L), simulator.stats().requests());
            Map<String, Long> outcomes =
                    answers.stream()
                            .collect(
                                    Collectors.groupingBy(
                                            Wire.Answer::cache, Collectors.counting()));
            assertEquals(Map.of("MISS", 1L, "JOINED", CALLERS - 1L), outcomes);
            assertTrue(answers.getFirst().text().endsWith(Chat.DONE));
            for (Wire.Answer answer : answers) {
                assertTrue(answer.whole());
                assertEquals(answers.getFirst().text(), answer.text());
            }
            Gateways.awaitIdle(gateway);
        }
    }

    @Test
    void whatWasStoredSurvivesARestart() throws Exception {
        try (var upstream = Upstream.start(Chat::reply)) {
            String stream;
            try (var first = Gateways.keeping(upstream.url(), directory)) {
                assertEquals("MISS", ask(first, Chat.ask("kept"), "a").cache());
                assertEquals("MISS", ask(first, Chat.ask("forgotten"), "a").cache());
                stream = ask(first, Chat.streamWithUsage("kept stream"), "a").text();
                Wire.ask(first.address(), "/admin/cache/invalidate", "{\"pattern\":\"forgotten\"}");
            }
            upstream.forget();
            try (var second = Gateways.keeping(upstream.url(), directory)) {
                assertEquals("HIT", ask(second, Chat.ask("kept"), "a").cache());
                assertEquals(stream, ask(second, Chat.streamWithUsage("kept stream"), "a").text());
                assertEquals(0, upstream.calls().size());
                assertEquals("MISS", ask(second, Chat.ask("kept"), "b").cache());
                assertEquals("MISS", ask(second, Chat.ask("forgotten"), "a").cache());
            }
        }
    }

    private static Wire.Answer ask(Gateway gateway, String body, String who) throws IOException {
        return Wire.ask(gateway.address(), Chat.PATH, body, "Authorization: Bearer " + who);
    }

    @Test
    void aPortInUseIsNamed() throws Exception {
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var config =
                    Gateways.config(URI.create("http://127.0.0.1:9/v1"))
                            .withServer(new Config.Server("127.0.0.1", taken.getLocalPort()));
            var e = assertThrows(GatewayException.class, () -> Gateway.start(config));
            assertTrue(
                    String.valueOf(e.getMessage()).contains("127.0.0.1:" + taken.getLocalPort()),
                    e.getMessage());
            assertTrue(String.valueOf(e.getMessage()).contains("in use"), e.getMessage());
        }
    }

    @Test
    void aHostThatIsNotOursIsNamed() {
        var config =
                Gateways.config(URI.create("http://127.0.0.1:9/v1"))
                        .withServer(new Config.Server("192.0.2.1", 0));
        var e = assertThrows(GatewayException.class, () -> Gateway.start(config));
        assertTrue(String.valueOf(e.getMessage()).contains("192.0.2.1"), e.getMessage());
    }

    @Test
    void aDataDirectoryThatIsAFileIsNamed() throws Exception {
        Path file = Files.createFile(directory.resolve("file"));
        var e =
                assertThrows(
                        GatewayException.class,
                        () -> Gateways.keeping(URI.create("http://127.0.0.1:9/v1"), file));
        assertTrue(String.valueOf(e.getMessage()).contains(file.toString()), e.getMessage());
    }

    @Test
    void closingEndsWhatIsInFlight() throws Exception {
        var closed = new CountDownLatch(1);
        try (var upstream =
                Upstream.start((call, reply) -> {
                    reply.begin("text/event-stream");
                    reply.chunk(Chat.piece("first"));
                    reply.awaitClosed();
                    closed.countDown();
                })) {
            var gateway = Gateways.to(upstream.url());
            try (var wire = new Wire(gateway.address())) {
                wire.post(Chat.PATH, Chat.stream("open end"));
                Wire.Head head = wire.head();
                wire.chunk();
                gateway.close();
                assertTrue(closed.await(20, TimeUnit.SECONDS));
                try {
                    assertTrue(!wire.rest(head).whole(), "it must not look whole");
                } catch (IOException reset) {
                    // as good
                }
            }
        }
    }
}
