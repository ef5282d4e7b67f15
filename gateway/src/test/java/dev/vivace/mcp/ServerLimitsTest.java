package dev.vivace.mcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vivace.config.ToolServer;
import io.modelcontextprotocol.spec.McpSchema.CallToolResult;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What a server may be asked for, and what is told of its tools. */
@Timeout(60)
class ServerLimitsTest {
    private static final JsonMapper JSON = new JsonMapper();

    private static final int HANGING = 3;

    private final CountDownLatch entered = new CountDownLatch(1);
    private final CountDownLatch released = new CountDownLatch(1);
    private final AtomicInteger calls = new AtomicInteger();
    private final AtomicInteger inside = new AtomicInteger();
    private final AtomicInteger most = new AtomicInteger();

    @SuppressWarnings("NullAway.Init")
    private PlainServer slow;

    @SuppressWarnings("NullAway.Init")
    private EchoServer other;

    @BeforeEach
    void start() throws IOException {
        slow = new PlainServer(this::answer);
        other = new EchoServer();
    }

    @AfterEach
    void stop() {
        released.countDown();
        slow.close();
        other.close();
    }

    private String answer(String method, JsonNode params) {
        return switch (method) {
            case "initialize" -> PlainServer.hello("{\"tools\":{}}");
            case "tools/list" ->
                    PlainServer.result(
                            "{\"tools\":[{\"name\":\"wait\",\"inputSchema\":{\"type\":\"object\"}},{\"name\":\"go\",\"inputSchema\":{\"type\":\"object\"}},{\"name\":\"late\",\"inputSchema\":{\"type\":\"object\"}}]}");
            case "tools/call" -> called(params.path("name").asString(""));
            default -> PlainServer.result("{}");
        };
    }

    private String called(String name) {
        int number = calls.incrementAndGet();
        most.accumulateAndGet(inside.incrementAndGet(), Math::max);
        try {
            if (name.equals("wait") || (name.equals("late") && number <= HANGING)) {
                entered.countDown();
                assertTrue(released.await(30, TimeUnit.SECONDS));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            inside.decrementAndGet();
        }
        return PlainServer.result("{\"content\":[{\"type\":\"text\",\"text\":\"done\"}]}");
    }

    private McpGateway gateway(OptionalInt concurrency, OptionalLong perMinute) {
        return gateway(Duration.ofSeconds(30), concurrency, perMinute);
    }

    private McpGateway gateway(Duration timeout, OptionalInt concurrency, OptionalLong perMinute) {
        var terms = new ToolServer.Terms(false, timeout, Duration.ZERO, concurrency, perMinute);
        return new McpGateway(
                McpGateway.servers(
                        "slow",
                        slow.options(terms),
                        "other",
                        new ToolServer.Remote(other.url(), Map.of(), ToolServer.Terms.DEFAULT)));
    }

    private static FutureTask<String> start(Callable<String> what) {
        var task = new FutureTask<>(what);
        Thread.ofVirtual().start(task);
        return task;
    }

    @Test
    void theToolsOfAServerShareItsPlacesAndOthersHaveTheirOwn() throws Exception {
        try (var gateway = gateway(OptionalInt.of(1), OptionalLong.empty())) {
            gateway.tools();
            var first = start(() -> gateway.text("slow_wait", Map.of()));
            assertTrue(entered.await(30, TimeUnit.SECONDS));
            var others =
                    IntStream.range(0, 5)
                            .mapToObj(i -> start(() -> gateway.text("slow_go", Map.of())))
                            .toList();
            while (!gateway.get("/metrics").contains("vivace_in_flight 6")) {
                assertEquals("there", gateway.text("other_echo", Map.of("text", "there")));
            }
            assertEquals(1, calls.get());
            released.countDown();
            assertEquals("done", first.get());
            for (var each : others) {
                assertEquals("done", each.get());
            }
            assertEquals(1, most.get());
        }
    }

    /** Three of them hold the only place for a second each, which the fourth waits for in all. */
    @Test
    void theTimeOfACallBeginsWhenItIsSent() throws Exception {
        try (var gateway =
                gateway(Duration.ofSeconds(1), OptionalInt.of(1), OptionalLong.empty())) {
            gateway.tools();
            var all =
                    IntStream.range(0, HANGING + 1)
                            .mapToObj(i ->
                                    start(() ->
                                            McpGateway.text(gateway.call("slow_late", Map.of()))))
                            .toList();
            var said = new ArrayList<String>();
            for (var each : all) {
                said.add(each.get());
            }
            Collections.sort(said);
            String late = "The server slow has not answered within 1.0 s.";
            assertEquals(List.of(late, late, late, "done"), said);
            assertEquals(1, calls.get() - HANGING);
        }
    }

    private static JsonNode of(McpGateway gateway, String tool) throws Exception {
        for (JsonNode each : JSON.readTree(gateway.get("/admin/tools")).path("tools")) {
            if (each.path("tool").asString().equals(tool)) {
                return each;
            }
        }
        return JSON.createObjectNode().put("waited", 0);
    }

    @Test
    void beyondItsCallsAMinuteAServerIsNotAsked() {
        try (var gateway = gateway(OptionalInt.empty(), OptionalLong.of(2))) {
            assertEquals("done", gateway.text("slow_go", Map.of()));
            assertEquals("done", gateway.text("slow_go", Map.of()));
            CallToolResult third = gateway.call("slow_go", Map.of());
            assertTrue(third.isError());
            assertTrue(McpGateway.text(third).contains("server slow"), McpGateway.text(third));
            assertEquals(2, calls.get());
            for (int i = 0; i < 3; i++) {
                assertEquals("there", gateway.text("other_echo", Map.of("text", "there")));
            }
        }
    }

    @Test
    void tellsHowTheToolsAre() throws Exception {
        try (var gateway = gateway(OptionalInt.empty(), OptionalLong.empty())) {
            gateway.tools();
            gateway.text("slow_go", Map.of());
            gateway.call("other_fail", Map.of());
            JsonNode page = JSON.readTree(gateway.get("/admin/tools"));
            assertEquals(
                    "[{\"server\":\"slow\",\"up\":true,\"problem\":null,\"tools\":3,\"restarts\":0},{\"server\":\"other\",\"up\":true,\"problem\":null,\"tools\":2,\"restarts\":0}]",
                    page.path("servers").toString());
            assertEquals(1, of(gateway, "slow_go").path("successes").asInt());
            assertTrue(of(gateway, "slow_go").path("p99_ms").asDouble() > 0);
            assertEquals(1, of(gateway, "other_fail").path("calls").asInt());
            assertEquals(0, of(gateway, "other_fail").path("successes").asInt());
            assertEquals(64 << 20, page.path("results").path("max_bytes").asInt());
            String metrics = gateway.get("/metrics");
            assertTrue(
                    metrics.contains("vivace_tool_seconds{tool=\"slow_go\",quantile=\"0.99\"} 0."),
                    metrics);
            assertTrue(metrics.contains("vivace_tool_results_total{outcome=\"hit\"} 0"), metrics);
            assertFalse(metrics.contains("tool-selection"), metrics);
        }
    }
}
