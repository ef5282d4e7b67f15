package dev.vivace.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vivace.replay.FakeModel.Reply;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class ReplayTest {
    @TempDir Path folder;
    private Path file;

    /** Two conversations with two calls each; the first two of each are alike. */
    @BeforeEach
    void record() throws IOException {
        file = folder.resolve("runs.jsonl");
        Files.writeString(file, conversation("Lisbon") + "\n" + conversation("Porto") + "\n");
    }

    private static String conversation(String to) {
        return """
        {"messages": [{"role": "system", "content": "You book trains."}, \
        {"role": "user", "content": "Hello"}, \
        {"role": "assistant", "content": null, "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "list", "arguments": "{}"}}]}, \
        {"role": "tool", "tool_call_id": "c1", "content": "%s"}, \
        {"role": "assistant", "content": "To %s"}]}\
        """
                .formatted(to, to);
    }

    private ReplayOptions options(URI target, Optional<URI> baseline) {
        return options(target, baseline, false, 2);
    }

    private ReplayOptions options(
            URI target, Optional<URI> baseline, boolean stream, int concurrency) {
        return new ReplayOptions(
                file,
                Optional.empty(),
                target,
                baseline,
                "gpt-4o",
                0,
                stream,
                concurrency,
                OptionalDouble.empty(),
                Optional.empty(),
                Duration.ofSeconds(30));
    }

    @Test
    void eachAssistantMessageIsACallWithAllMessagesBeforeIt() throws Exception {
        try (var model = new FakeModel(FakeModel::echo)) {
            var report = Replay.run(options(model.url(), Optional.empty(), false, 1));
            assertEquals(4, report.calls());
            var sizes = model.requests.stream().map(r -> r.body().path("messages").size()).toList();
            assertEquals(java.util.List.of(2, 4, 2, 4), sizes);
            var second = model.requests.get(1);
            assertEquals("/v1/chat/completions", second.path());
            assertEquals("gpt-4o", second.body().path("model").stringValue());
            assertEquals("0", second.body().path("temperature").toString());
            assertFalse(second.body().has("stream"));
            assertFalse(second.headers().containsKey("Authorization"));
            var sent = second.body().path("messages");
            var recorded = Json.MAPPER.readTree(conversation("Lisbon")).path("messages");
            for (var i = 0; i < 4; i++) {
                assertEquals(recorded.get(i).toString(), sent.get(i).toString());
            }
        }
    }

    @Test
    void optionsReachTheRequest() throws Exception {
        try (var model = new FakeModel(FakeModel::echo)) {
            Replay.run(
                    new ReplayOptions(
                            file,
                            Optional.of(Json.MAPPER.readTree("[{\"type\":\"function\"}]")),
                            model.url(),
                            Optional.empty(),
                            "m \"1\"",
                            0.5,
                            true,
                            1,
                            OptionalDouble.empty(),
                            Optional.of("sk-1"),
                            Duration.ofSeconds(30)));
            var body = model.requests.getFirst().body();
            assertEquals("[{\"type\":\"function\"}]", body.path("tools").toString());
            assertEquals("m \"1\"", body.path("model").stringValue());
            assertEquals("0.5", body.path("temperature").toString());
            assertTrue(body.path("stream").booleanValue());
            assertTrue(body.path("stream_options").path("include_usage").booleanValue());
            assertEquals(
                    java.util.List.of("Bearer sk-1"),
                    model.requests.getFirst().headers().get("Authorization"));
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aModelOnItsOwnIsPaidForEachCall(boolean stream) throws Exception {
        try (var model = new FakeModel(FakeModel::echo)) {
            var side = Replay.run(options(model.url(), Optional.empty(), stream, 2)).target();
            assertEquals(4, side.upstreamCalls());
            assertEquals(new Usage(20 + 40 + 20 + 40 - 16, 16, 12), side.usage());
            // gpt-4o: 2.50, 1.25 and 10 dollars per million.
            assertEquals(
                    (104 * 2.5 + 16 * 1.25 + 12 * 10) / 1e6, side.costUsd().orElseThrow(), 1e-12);
            assertEquals(0, side.errors());
        }
    }

    @Test
    void whatAGatewayHadAtHandIsNotBought() throws Exception {
        Set<JsonNode> seen = ConcurrentHashMap.newKeySet();
        try (var gateway =
                        new FakeModel(body ->
                                FakeModel.echo(body)
                                        .with(
                                                seen.add(body.path("messages"))
                                                        ? Map.of(
                                                                "x-vivace-id", "1",
                                                                "x-cache", "MISS",
                                                                "x-vivace-attempts", "2",
                                                                "x-vivace-cost-usd", "0.5")
                                                        : Map.of(
                                                                "x-vivace-id", "2",
                                                                "x-cache", "HIT")));
                var model = new FakeModel(FakeModel::echo)) {
            var report = Replay.run(options(gateway.url(), Optional.of(model.url()), false, 1));
            assertEquals(4, report.answersEqual().orElseThrow());
            assertEquals(4, report.baseline().orElseThrow().upstreamCalls());
            assertEquals(6, report.target().upstreamCalls());
            assertEquals(1.5, report.target().costUsd().orElseThrow());
            assertEquals(Map.of("MISS", 3L, "HIT", 1L), report.target().cache());
            assertEquals(new Usage(20 + 40 + 40 - 12, 12, 9), report.target().usage());
        }
    }

    @Test
    void differentAnswersAreNotEqual() throws Exception {
        try (var other =
                        new FakeModel(body ->
                                body.path("messages").size() > 2
                                        ? Reply.json(
                                                "{\"choices\":[{\"message\":{\"content\":\"no\"}}]}")
                                        : FakeModel.echo(body));
                var model = new FakeModel(FakeModel::echo)) {
            var report = Replay.run(options(other.url(), Optional.of(model.url())));
            assertEquals(2, report.answersEqual().orElseThrow());
        }
    }

    @Test
    void answersAreHeldAgainstTheRecording() throws Exception {
        try (var model =
                new FakeModel(body ->
                        Reply.json(
                                body.path("messages").size() > 2
                                        ? "{\"choices\":[{\"message\":{\"content\":\"To Porto\"}}]}"
                                        : "{\"choices\":[{\"message\":{\"content\":null,\"tool_calls\":[{\"id\":\"c1\","
                                                + "\"type\":\"function\",\"function\":{\"name\":\"list\",\"arguments\":\"{}\"}}]}}]}"))) {
            assertEquals(3, Replay.run(options(model.url(), Optional.empty())).asRecorded());
        }
    }

    @Test
    void failedCallsAreCountedAndNamed() throws Exception {
        try (var model =
                new FakeModel(body ->
                        body.path("messages").size() > 2
                                ? new Reply(503, Map.of(), "{\"error\":{\"message\":\"too busy\"}}")
                                : FakeModel.echo(body))) {
            var report = Replay.run(options(model.url(), Optional.empty()));
            assertTrue(report.failed());
            assertEquals(2, report.target().errors());
            assertTrue(
                    report.target().failures().stream()
                            .allMatch(
                                    f -> f.matches("conversation [12], call [24]: 503: too busy")),
                    report.target().failures().toString());
        }
    }

    @Test
    void theSimulatorsOwnCountIsBelieved() throws Exception {
        var asked = new AtomicLong();
        Supplier<String> stats =
                () ->
                        """
                        {"requests": {"/v1/chat/completions": %d, "/v1/models": 9}, "aborted": 0, "in_flight": 0,
                         "prompt_tokens": %d, "cached_tokens": 5, "completion_tokens": 7, "cost_usd": %s}\
                        """
                                .formatted(asked.get(), 100 + asked.get(), asked.get() / 8.0);
        try (var simulator =
                new FakeModel(
                        body -> {
                            asked.incrementAndGet();
                            return FakeModel.echo(body);
                        },
                        Map.of("/simulator/stats", stats))) {
            asked.set(100);
            var report = Replay.run(options(simulator.url(), Optional.empty()));
            assertEquals(4, report.target().upstreamCalls());
            assertEquals(new Usage(4, 0, 0), report.target().usage());
            assertEquals(0.5, report.target().costUsd().orElseThrow());

            // A gateway in front of it, which says something else: the simulator is believed.
            try (var gateway =
                    new FakeModel(body -> {
                        asked.incrementAndGet();
                        return FakeModel.echo(body)
                                .with(Map.of("x-vivace-id", "1", "x-cache", "HIT"));
                    })) {
                var both = Replay.run(options(gateway.url(), Optional.of(simulator.url())));
                assertEquals(4, both.target().upstreamCalls());
                assertTrue(
                        both.notes().stream().anyMatch(n -> n.contains("same simulator")),
                        both.notes().toString());
            }
        }
    }

    @Test
    void theReportHasTheAgreedNames() throws Exception {
        try (var model = new FakeModel(FakeModel::echo)) {
            var json = Replay.run(options(model.url(), Optional.of(model.url()))).json();
            assertEquals(4, json.path("calls").intValue());
            assertEquals(4, json.path("answers_equal").intValue());
            var names =
                    Set.of(
                            "upstream_calls",
                            "p50_ms",
                            "p95_ms",
                            "p99_ms",
                            "ttft_p50_ms",
                            "tokens",
                            "cost_usd");
            for (var side : new String[] {"baseline", "target"}) {
                var how = json.path(side).path("how");
                assertEquals(names, new HashSet<>(how.propertyNames()));
                for (var name : names) {
                    assertTrue(json.path(side).has(name), name);
                    assertTrue(
                            Set.of("measured", "computed").contains(how.path(name).stringValue()));
                }
                assertEquals(
                        Set.of("fresh", "cached", "output"),
                        new HashSet<>(json.path(side).path("tokens").propertyNames()));
                assertTrue(json.path(side).path("p50_ms").doubleValue() > 0);
            }
        }
    }

    @Test
    void anUnknownPriceIsSaidAndNotGuessed() throws Exception {
        try (var model = new FakeModel(FakeModel::echo)) {
            var unknown =
                    new ReplayOptions(
                            file,
                            Optional.empty(),
                            model.url(),
                            Optional.empty(),
                            "nobody-knows-it",
                            0,
                            false,
                            1,
                            OptionalDouble.empty(),
                            Optional.empty(),
                            Duration.ofSeconds(30));
            var report = Replay.run(unknown);
            assertTrue(report.target().costUsd().isEmpty());
            assertTrue(report.json().path("target").path("cost_usd").isNull());
            assertTrue(String.join("\n", Replay.text(report)).contains("nobody-knows-it"));
        }
    }

    @Test
    void nobodyListens() throws Exception {
        int free;
        try (var socket = new ServerSocket(0)) {
            free = socket.getLocalPort();
        }
        var url = URI.create("http://127.0.0.1:" + free + "/v1");
        try (var model = new FakeModel(FakeModel::echo)) {
            var e =
                    assertThrows(
                            ReplayException.class,
                            () -> Replay.run(options(url, Optional.of(model.url()))));
            assertTrue(e.toString().contains(String.valueOf(free)));
            assertEquals(0, model.requests.size(), "the baseline was paid for nothing");
        }
    }

    @Test
    void aFileWithoutAnyCall() throws Exception {
        Files.writeString(file, "[{\"role\": \"assistant\", \"content\": \"Welcome!\"}]");
        var e =
                assertThrows(
                        ReplayException.class,
                        () ->
                                Replay.run(
                                        options(
                                                URI.create("http://127.0.0.1:9/v1"),
                                                Optional.empty())));
        assertTrue(e.toString().contains("runs.jsonl"));
    }
}
