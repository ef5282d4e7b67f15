package dev.vivace.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.vivace.simulator.Simulator;
import dev.vivace.simulator.SimulatorOptions;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;

/**
 * Recorded agent runs get the same assistant messages through the gateway as directly.
 *
 * <p>The recordings are no part of the project: {@code VIVACE_DATA} or {@code -Dvivace.data} says
 * where they are.
 */
@Timeout(120)
final class RecordedRunsTest {
    private static final int RUNS = 15;
    private static final ObjectMapper JSON = JsonMapper.shared();

    @Test
    void everyStepHasTheSameMessage() throws Exception {
        Path folder = data().resolve("taubench");
        assumeTrue(
                Files.isDirectory(folder),
                "no recordings in " + folder + "; VIVACE_DATA says where they are");
        Path script;
        try (Stream<Path> files = Files.list(folder)) {
            script =
                    files.filter(file -> file.toString().endsWith(".jsonl.gz"))
                            .findFirst()
                            .orElseThrow();
        }
        var options = SimulatorOptions.defaults().withTimeScale(0).withScripts(List.of(script));
        try (var simulator = Simulator.start(options);
                var gateway = Gateways.to(URI.create(simulator.address() + "/v1"));
                var direct = new Wire(simulator.address());
                var through = new Wire(gateway.address())) {
            int steps = 0;
            for (JsonNode run : runs(script)) {
                ArrayNode before = JSON.createArrayNode();
                for (JsonNode message : run) {
                    if (message.path("role").asString().equals("assistant")) {
                        same(direct, through, before);
                        steps++;
                    }
                    before.add(message);
                }
            }
            assertTrue(steps > RUNS, steps + " steps");
            assertEquals(0, simulator.stats().unscripted(), "every prefix is recorded");
        }
    }

    private static void same(Wire direct, Wire through, ArrayNode messages) throws IOException {
        String body =
                "{\"model\":\"gpt-4o\",\"temperature\":0,\"messages\":"
                        + JSON.writeValueAsString(messages)
                        + "}";
        String expected = message(direct.post(Chat.PATH, body).answer());
        assertEquals(expected, message(through.post(Chat.PATH, body).answer()));
        Wire.Answer again = through.post(Chat.PATH, body).answer();
        assertEquals("HIT", again.cache());
        assertEquals(expected, message(again));
    }

    /** Its bytes as they stand in the answer. */
    private static String message(Wire.Answer answer) {
        String text = answer.text();
        assertEquals(200, answer.status(), text);
        int start = text.indexOf("\"message\":");
        int end = text.lastIndexOf("\"finish_reason\":");
        assertTrue(0 < start && start < end, text);
        return text.substring(start, end);
    }

    private static List<JsonNode> runs(Path script) throws IOException {
        try (var lines =
                new BufferedReader(
                        new InputStreamReader(
                                new GZIPInputStream(Files.newInputStream(script)),
                                StandardCharsets.UTF_8))) {
            return lines.lines().limit(RUNS).map(line -> JSON.readTree(line).path("traj")).toList();
        }
    }

    private static Path data() {
        return Optional.ofNullable(System.getProperty("vivace.data"))
                .or(() -> Optional.ofNullable(System.getenv("VIVACE_DATA")))
                .map(Path::of)
                .orElse(Objects.requireNonNull(Path.of("..", "..", "shared", "data")));
    }
}
