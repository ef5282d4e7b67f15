package dev.vivace.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** SIGTERM loses nothing that ends within the grace time, and says so of the rest. */
@Timeout(120)
final class StopTest {
    private static final int STREAMS = 6;

    @TempDir Path data;
    private final CountDownLatch go = new CountDownLatch(1);

    /** Half an answer, and the rest when the test says so. */
    private void half(Upstream.Call call, Upstream.Reply reply) throws Exception {
        if (call.target().endsWith("/embeddings")) {
            go.await();
            reply.json(
                    200,
                    "{\"object\":\"list\",\"data\":[{\"object\":\"embedding\",\"index\":0,"
                            + "\"embedding\":[0.5]}],\"model\":\"e\",\"usage\":{\"prompt_tokens\":1,\"total_tokens\":1}}");
        } else if (!call.text().contains("held")) {
            reply.json(200, call.target().endsWith("/files") ? "{}" : Chat.answer("at once"));
        } else {
            List<String> events = Chat.events(true, "stop", "one", "two");
            reply.begin("text/event-stream");
            reply.chunk(events.getFirst());
            go.await();
            for (String event : events.subList(1, events.size())) {
                reply.chunk(event);
            }
            reply.chunk(Chat.DONE);
            reply.end();
        }
    }

    private List<Wire> begun(URI gateway, int count) throws IOException {
        var streams = new ArrayList<Wire>();
        for (int i = 0; i < count; i++) {
            var wire = new Wire(gateway);
            wire.post(Chat.PATH, Chat.streamWithUsage("held " + i));
            assertEquals(200, wire.head().status());
            assertTrue(wire.chunk().length > 0);
            streams.add(wire);
        }
        return streams;
    }

    private long entries() throws IOException {
        try (Stream<Path> files = Files.list(data.resolve("ledger"))) {
            long count = 0;
            for (Path file : files.toList()) {
                count +=
                        Files.readString(file)
                                .lines()
                                .filter(line -> line.strip().startsWith("{"))
                                .count();
            }
            return count;
        }
    }

    @Test
    void whatIsInFlightEndsWhole() throws Exception {
        try (var upstream = Upstream.start(this::half);
                var serving = new Serving(upstream.url(), data);
                var idle = new Wire(serving.address);
                var embedding = new Wire(serving.address);
                var upload = new Wire(serving.address)) {
            assertEquals(200, idle.post(Chat.PATH, Chat.ask("first")).answer().status());
            List<Wire> streams = begun(serving.address, STREAMS);
            embedding.post("/v1/embeddings", "{\"model\":\"e\",\"input\":\"held\"}");
            upload.send("POST /v1/files HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhello");
            upstream.await(STREAMS + 2);

            serving.stop();
            assertEquals(
                    "Stopping: 8 in flight, which have 30.0 s to end; a second signal cuts them off.",
                    serving.says("Stopping"));

            assertEquals(503, Wire.get(serving.address, "/readyz").status());
            try (var late = new Wire(serving.address)) {
                Wire.Answer answer = late.post(Chat.PATH, Chat.ask("late")).answer();
                assertEquals(200, answer.status(), answer.text());
                assertEquals(Optional.of("close"), answer.head().header("connection"));
                assertTrue(late.closed());
            }
            Wire.Answer reused = idle.post(Chat.PATH, Chat.ask("second")).answer();
            assertEquals(Optional.of("close"), reused.head().header("connection"));
            assertTrue(idle.closed());

            go.countDown();
            upload.send("world");
            assertEquals(200, upload.answer().status());
            assertEquals(200, embedding.answer().status());
            for (Wire stream : streams) {
                var rest = new java.io.ByteArrayOutputStream();
                assertTrue(Wire.chunked(stream.in, rest), "cut short");
                assertTrue(rest.toString(UTF_8).endsWith(Chat.DONE), rest.toString(UTF_8));
                assertTrue(stream.closed());
                stream.close();
            }
            serving.says("All that was in flight has ended");
            assertEquals(0, serving.exit());
            assertEquals(STREAMS + 2 + 3, entries());
        }
    }

    @Test
    void whatDoesNotEndInTimeIsToldSo() throws Exception {
        var said = new ArrayList<String>();
        try (var upstream = Upstream.start(this::half)) {
            Gateway gateway = Gateways.keeping(upstream.url(), data);
            List<Wire> streams = begun(gateway.address(), STREAMS);
            var embedding = new Wire(gateway.address());
            embedding.post("/v1/embeddings", "{\"model\":\"e\",\"input\":\"held\"}");
            upstream.await(STREAMS + 1);
            var half = new Wire(gateway.address());
            half.send("POST /v1/messages HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhello");
            Gateways.inFlight(gateway); // what came before is read

            gateway.drain(Duration.ZERO, Duration.ofMillis(50), () -> false, said::add);
            gateway.close();
            for (Wire stream : streams) {
                String event = new String(stream.chunk(), UTF_8);
                assertTrue(
                        event.startsWith("data: {\"error\":{\"message\":\"The gateway ends"),
                        event);
                assertTrue(stream.closed(), "an end that looks whole");
                stream.close();
            }
            for (Wire waiting : List.of(embedding, half)) {
                Wire.Answer answer = waiting.answer();
                assertEquals(503, answer.status(), answer.text());
                assertTrue(answer.text().contains("The gateway ends"), answer.text());
                waiting.close();
            }
            assertTrue(
                    said.get(1).startsWith("The grace time is over: 8 in flight"), said.toString());
            assertEquals(
                    STREAMS + 2,
                    entries(),
                    said + Files.readString(Files.list(data.resolve("ledger")).findFirst().get()));
        } finally {
            go.countDown();
        }
    }

    /** So that a balancer hears of it before anybody is turned away. */
    @Test
    void callsAreTakenAsBeforeWhileItGivesNotice() throws Exception {
        var said = new CountDownLatch(1);
        var hurry = new AtomicBoolean();
        try (var upstream = Upstream.start(this::half);
                var gateway = Gateways.keeping(upstream.url(), data)) {
            var draining =
                    CompletableFuture.supplyAsync(() -> {
                        try {
                            return gateway.drain(
                                    Duration.ofMinutes(5),
                                    Duration.ofMinutes(5),
                                    hurry::get,
                                    line -> said.countDown());
                        } catch (InterruptedException e) {
                            throw new IllegalStateException(e);
                        }
                    });
            said.await();
            assertEquals(503, Wire.get(gateway.address(), "/readyz").status());
            for (int i = 0; i < 2; i++) {
                Wire.Answer answer =
                        Wire.ask(gateway.address(), Chat.PATH, Chat.ask("during notice " + i));
                assertEquals(200, answer.status(), answer.text());
                assertEquals(Optional.empty(), answer.head().header("connection"));
            }
            hurry.set(true);
            assertTrue(draining.get(), "nothing was cut off");
        }
    }

    @Test
    void nobodyIsLetInAfterTheLastCall() throws Exception {
        try (var upstream = Upstream.start(this::half);
                var gateway = Gateways.keeping(upstream.url(), data)) {
            gateway.drain(Duration.ZERO, Duration.ofSeconds(30), () -> false, said -> {});
            try (var late = new Wire(gateway.address())) {
                Wire.Answer answer = late.post(Chat.PATH, Chat.ask("late")).answer();
                assertEquals(503, answer.status(), answer.text());
                assertTrue(answer.text().contains("The gateway is stopping"), answer.text());
                assertTrue(late.closed());
            }
            assertEquals(List.of(), upstream.calls());
        }
    }

    @Test
    void aSecondSignalCutsOffWhatIsInFlightAndSaysSo() throws Exception {
        try (var upstream = Upstream.start(this::half);
                var serving = new Serving(upstream.url(), data)) {
            List<Wire> streams = begun(serving.address, 1);
            serving.stop();
            serving.says("Stopping: 1 in flight");
            serving.stop();
            serving.says("A second signal: 1 in flight are cut off.");
            try (Wire stream = streams.getFirst()) {
                String event = new String(stream.chunk(), UTF_8);
                assertTrue(
                        event.startsWith("data: {\"error\":{\"message\":\"The gateway ends"),
                        event);
                assertTrue(stream.closed(), "an end that looks whole");
            }
            assertEquals(130, serving.exit());
            assertEquals(1, entries(), "and it is in the ledger");
        } finally {
            go.countDown();
        }
    }

    @Test
    void nothingInFlightIsNothingToWaitFor() throws Exception {
        try (var upstream = Upstream.start(this::half);
                var serving = new Serving(upstream.url(), data);
                var idle = new Wire(serving.address)) {
            assertEquals(200, idle.post(Chat.PATH, Chat.ask("first")).answer().status());
            serving.stop();
            assertTrue(idle.closed());
            assertEquals(0, serving.exit());
        }
    }
}
