package dev.vivace.simulator;

import static dev.vivace.simulator.Api.CHAT;
import static dev.vivace.simulator.Api.chat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.Socket;
import java.util.ArrayList;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class StatsTest {
    @Test
    void everythingIsCountedOnceUnderConcurrency() throws Exception {
        try (var api = Api.atOnce();
                var threads = Executors.newFixedThreadPool(8)) {
            var calls = new ArrayList<Callable<JsonNode>>();
            for (int i = 0; i < 200; i++) {
                String body =
                        chat("question " + i, "\"stream_options\": {\"include_usage\": true}");
                calls.add(
                        i % 2 == 0
                                ? () -> api.ask(body).path("usage")
                                : () ->
                                        Api.events(
                                                        api.post(
                                                                        CHAT,
                                                                        body.replace(
                                                                                "\"model\"",
                                                                                "\"stream\": true, \"model\""))
                                                                .body())
                                                .getLast()
                                                .path("usage"));
            }
            long prompt = 0;
            long completion = 0;
            for (var usage : threads.invokeAll(calls)) {
                prompt += usage.get().path("prompt_tokens").longValue();
                completion += usage.get().path("completion_tokens").longValue();
            }
            SimulatorStats stats = api.simulator.stats();
            assertEquals(Map.of(CHAT, 200L), stats.requests());
            assertEquals(prompt, stats.promptTokens());
            assertEquals(completion, stats.completionTokens());
            assertEquals((prompt * 0.15 + completion * 0.6) / 1e6, stats.costUsd(), 1e-9);
            assertEquals(0, stats.inFlight());
            assertEquals(0, stats.aborted());
        }
    }

    @Test
    void theEndpointTellsTheSameAndCountsNothingItself() {
        try (var api = Api.atOnce()) {
            api.ask(chat("x"));
            api.post("/v1/embeddings", "{\"model\": \"m\", \"input\": \"x\"}");
            api.post(CHAT, "{");
            api.post("/v1/files", "");
            api.send("GET", "/v1/models", "");
            JsonNode told = Api.JSON.readTree(api.send("GET", "/simulator/stats", "").body());
            SimulatorStats stats = api.simulator.stats();
            assertEquals(2, told.path("requests").path(CHAT).intValue());
            assertEquals(1, told.path("requests").path("/v1/embeddings").intValue());
            assertEquals(1, told.path("requests").path("/v1/models").intValue());
            assertEquals(1, told.path("requests").path("other").intValue());
            assertEquals(stats.promptTokens(), told.path("prompt_tokens").longValue());
            assertEquals(stats.completionTokens(), told.path("completion_tokens").longValue());
            assertEquals(stats.costUsd(), told.path("cost_usd").doubleValue());
            for (String name :
                    new String[] {
                        "aborted", "in_flight", "cached_tokens", "unscripted", "faults"
                    }) {
                assertTrue(told.has(name), name);
            }
            api.post("/simulator/reset", "");
            assertEquals(
                    new SimulatorStats(Map.of(), 0, 0, 0, 0, 0, 0, 0, 0, Map.of(), 0, 0),
                    api.simulator.stats());
        }
    }

    @Test
    void callsThatComeAgainAreCountedAndSoAreTheirBills() {
        try (var api = Api.atOnce()) {
            api.ask(chat("once"));
            assertEquals(0, api.simulator.stats().repeated());
            api.ask(chat("twice"));
            api.ask(chat("twice"));
            api.post(CHAT, "{");
            api.post(CHAT, "{");
            SimulatorStats stats = api.simulator.stats();
            assertEquals(2, stats.repeated());
            assertEquals(1, stats.rebilled(), "an error is not billed");
            api.simulator.reset();
            api.ask(chat("once"));
            assertEquals(0, api.simulator.stats().repeated());
        }
    }

    @Test
    void aClientThatLeavesEndsTheGeneration() throws IOException {
        var slow = TimeModel.DEFAULT;
        var model = new TimeModel(1, 0, 60_000, slow.embeddingBaseMs(), 0, 0);
        try (var api = new Api(SimulatorOptions.defaults().withTime(model))) {
            try (var socket = new Socket("127.0.0.1", api.simulator.address().getPort())) {
                socket.getOutputStream().write(Api.wire(chat("x", "\"stream\": true")));
                assertEquals('H', socket.getInputStream().read());
                assertEquals(1, api.simulator.stats().inFlight());
            }
            Api.until(() -> api.simulator.stats().inFlight() == 0);
            SimulatorStats stats = api.simulator.stats();
            assertEquals(1, stats.aborted());
            assertTrue(stats.promptTokens() > 0);
            assertTrue(stats.completionTokens() < 10, "" + stats.completionTokens());
        }
    }

    @Test
    void aClientThatLeavesWhileSendingIsCounted() throws IOException {
        try (var api = Api.atOnce()) {
            try (var socket = new Socket("127.0.0.1", api.simulator.address().getPort())) {
                byte[] wire = Api.wire(chat("x"));
                socket.getOutputStream().write(wire, 0, wire.length - 1);
                Api.until(() -> api.simulator.stats().inFlight() == 1);
            }
            Api.until(() -> api.simulator.stats().inFlight() == 0);
            assertEquals(1, api.simulator.stats().aborted());
        }
    }

    @Test
    void aBodyOverTheLimitIsRefusedAndDisturbsNobody() {
        try (var api = Api.atOnce()) {
            var refused = api.post(CHAT, "x".repeat(Memory.MAX_BODY + 1));
            assertEquals(413, refused.statusCode());
            assertTrue(refused.body().contains("" + Memory.MAX_BODY));
            api.ask(chat("x"));
            assertEquals(0, api.simulator.stats().inFlight());
        }
    }
}
