package dev.vivace.simulator;

import static dev.vivace.simulator.Api.CHAT;
import static dev.vivace.simulator.Api.chat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.http.HttpResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

class TimeTest {
    private static final TimeModel MODEL = new TimeModel(100, 0.5, 10, 40, 0.25, 0);

    private static double header(HttpResponse<String> answer, String name) {
        return Double.parseDouble(answer.headers().firstValue(name).orElseThrow());
    }

    @Test
    void timesAreComputedFromTheUsage() {
        try (var api = new Api(SimulatorOptions.defaults().withTimeScale(0).withTime(MODEL))) {
            String text = "A text that is long enough to be cached. ".repeat(200);
            for (int i = 0; i < 2; i++) {
                var answer = api.post(CHAT, chat(text));
                JsonNode usage = Api.JSON.readTree(answer.body()).path("usage");
                int cached = usage.at("/prompt_tokens_details/cached_tokens").intValue();
                assertEquals(i == 1, cached > 0);
                double first = 100 + 0.5 * (usage.path("prompt_tokens").intValue() - cached);
                double total = first + 10 * (usage.path("completion_tokens").intValue() - 1);
                assertEquals(first, header(answer, "x-simulator-ttft-ms"), 0.001);
                assertEquals(total, header(answer, "x-simulator-time-ms"), 0.001);
            }
            var embedded =
                    api.post("/v1/embeddings", "{\"model\": \"m\", \"input\": [1, 2, 3, 4]}");
            assertEquals(41, header(embedded, "x-simulator-time-ms"), 0.001);
        }
    }

    @Test
    void jitterFollowsFromSeedAndRequest() {
        var options = SimulatorOptions.defaults().withTimeScale(0).withTime(MODEL.withJitter(0.5));
        try (var api = new Api(options);
                var other = new Api(options.withSeed(9))) {
            double time = header(api.post(CHAT, chat("x")), "x-simulator-ttft-ms");
            assertEquals(time, header(api.post(CHAT, chat("x")), "x-simulator-ttft-ms"));
            assertNotEquals(time, header(other.post(CHAT, chat("x")), "x-simulator-ttft-ms"));
            assertTrue(time >= 51 && time <= 154, "" + time);
        }
    }

    @Test
    void anotherScaleIsWaited() {
        try (var api = new Api(SimulatorOptions.defaults().withTimeScale(0.1).withTime(MODEL))) {
            for (String stream : new String[] {"true", "false"}) {
                long start = System.nanoTime();
                var answer = api.post(CHAT, chat("x", "\"stream\": " + stream));
                double waitedMs = (System.nanoTime() - start) / 1e6;
                assertTrue(waitedMs >= 0.1 * header(answer, "x-simulator-time-ms"));
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"-1, 0, baseMs", "0, 1, jitter", "NaN, 0, baseMs", "0, -0.1, jitter"})
    void wrongValuesAreNamed(double base, double jitter, String says) {
        var e =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> new TimeModel(base, 0, 0, 0, 0, jitter));
        assertTrue(String.valueOf(e.getMessage()).contains(says), e.getMessage());
    }
}
