package dev.vivace.mcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vivace.config.ToolSelection;
import dev.vivace.config.ToolSelection.Mode;
import dev.vivace.config.ToolServer;
import io.modelcontextprotocol.client.McpSyncClient;
import io.modelcontextprotocol.spec.McpSchema.CallToolRequest;
import io.modelcontextprotocol.spec.McpSchema.CallToolResult;
import io.modelcontextprotocol.spec.McpSchema.Implementation;
import io.modelcontextprotocol.spec.McpSchema.Tool;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What clients are told of, where there are many tools. */
class ToolSelectionTest {
    private static final JsonMapper JSON = new JsonMapper();

    /** One of them would have the name of the search. */
    private static final List<String> NAMES =
            IntStream.range(0, 62)
                    .mapToObj(i -> i == 60 ? "weather_forecast" : i == 61 ? "tools" : "widget_" + i)
                    .toList();

    @SuppressWarnings("NullAway.Init")
    private static PlainServer server;

    @BeforeAll
    static void start() throws IOException {
        server = new PlainServer(ToolSelectionTest::answer);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static String answer(String method, JsonNode params) {
        return switch (method) {
            case "initialize" -> PlainServer.hello("{\"tools\":{}}");
            case "tools/list" -> PlainServer.result("{\"tools\":[" + list() + "]}");
            case "tools/call" ->
                    PlainServer.result(
                            "{\"content\":[{\"type\":\"text\",\"text\":\"%s\"}]}"
                                    .formatted(params.path("name").asString("")));
            default -> PlainServer.result("{}");
        };
    }

    private static String list() {
        return NAMES.stream()
                .map(name ->
                        "{\"name\":\"%s\",\"description\":\"%s\",\"inputSchema\":{\"type\":\"object\"}}"
                                .formatted(
                                        name,
                                        name.startsWith("weather")
                                                ? "Tells the rain of tomorrow in a city."
                                                : "Makes a part."))
                .collect(Collectors.joining(","));
    }

    private static McpGateway gateway(Mode mode, int whole) {
        return new McpGateway(
                McpGateway.servers("search", server.options(ToolServer.Terms.DEFAULT)),
                new ToolSelection(mode, whole),
                spec -> spec.clientInfo(new Implementation("painter", "1")));
    }

    private static List<String> names(McpSyncClient client) {
        return client.listTools().tools().stream().map(Tool::name).toList();
    }

    @Test
    void whatIsFoundIsListedAfterWhatWas() throws Exception {
        var heard = new LinkedBlockingQueue<List<String>>();
        try (var gateway = gateway(Mode.ON, 50);
                var client =
                        McpGateway.client(
                                gateway.gateway,
                                spec ->
                                        spec.clientInfo(new Implementation("painter", "1"))
                                                .toolsChangeConsumer(tools ->
                                                        heard.add(
                                                                tools.stream()
                                                                        .map(Tool::name)
                                                                        .toList())))) {
            client.initialize();
            List<String> first = names(client);
            assertEquals("search_tools", first.getFirst());
            assertTrue(first.size() <= 21, first.toString());
            assertFalse(first.contains("search_weather_forecast"), first.toString());

            CallToolResult found =
                    client.callTool(
                            new CallToolRequest("search_tools", Map.of("query", "rain tomorrow")));
            JsonNode tools = JSON.readTree(McpGateway.text(found));
            assertEquals("search_weather_forecast", tools.path(0).path("name").asString());
            assertEquals("object", tools.path(0).path("inputSchema").path("type").asString());

            List<String> then = heard.poll(20, TimeUnit.SECONDS);
            assertTrue(then != null && then.contains("search_weather_forecast"), then + "");
            assertEquals(first, then.subList(0, first.size()));
            assertEquals(then, names(client).subList(0, then.size()));
        }
    }

    @Test
    void whatIsNotListedCanBeCalledAndIsCounted() throws Exception {
        try (var gateway = gateway(Mode.ON, 50)) {
            List<String> told = gateway.tools();
            String hidden =
                    NAMES.stream()
                            .map(name -> "search_" + name)
                            .filter(name -> !told.contains(name) && !name.endsWith("_tools"))
                            .findFirst()
                            .orElseThrow();
            assertEquals(hidden.substring(7), gateway.text(hidden, Map.of()));
            gateway.text("search_tools", Map.of("query", "rain of tomorrow"));
            assertEquals("weather_forecast", gateway.text("search_weather_forecast", Map.of()));
            String metrics = gateway.get("/metrics");
            assertTrue(metrics.contains(stage("hidden") + " 1"), metrics);
            assertTrue(metrics.contains(stage("found") + " 1"), metrics);
            assertTrue(
                    metrics.contains(
                            "vivace_tool_calls_total{server=\"vivace\",tool=\"search_tools\",outcome=\"ok\"} 1"),
                    metrics);
            assertTrue(bytes(metrics, "chosen") < bytes(metrics, "all") / 2, metrics);
        }
    }

    private static String stage(String outcome) {
        return "vivace_stage_total{stage=\"tool-selection\",outcome=\"" + outcome + "\"}";
    }

    private static double bytes(String metrics, String which) {
        String sample = "vivace_tool_list_bytes_total{tools=\"" + which + "\"} ";
        return Double.parseDouble(
                metrics.substring(metrics.indexOf(sample) + sample.length())
                        .lines()
                        .findFirst()
                        .orElseThrow());
    }

    @Test
    void whatWasOfUseIsToldToTheNextSession() {
        try (var gateway = gateway(Mode.ON, 50)) {
            gateway.tools();
            gateway.call("search_widget_33", Map.of());
            try (var next =
                    McpGateway.client(
                            gateway.gateway,
                            spec -> spec.clientInfo(new Implementation("painter", "1")))) {
                next.initialize();
                assertEquals("search_widget_33", names(next).get(1));
            }
        }
    }

    @Test
    void theNameOfAClientIsNoRequest() {
        try (var gateway = gateway(Mode.ON, 50);
                var client =
                        McpGateway.client(
                                gateway.gateway,
                                spec ->
                                        spec.clientInfo(
                                                new Implementation("weather forecast", "1")))) {
            client.initialize();
            assertFalse(names(client).contains("search_weather_forecast"));
        }
    }

    @Test
    void inTheShadowAllAreListedAndTheChoiceIsCounted() throws Exception {
        try (var gateway = gateway(Mode.SHADOW, 50)) {
            assertEquals(NAMES.stream().map(name -> "search_" + name).toList(), gateway.tools());
            assertEquals("tools", gateway.text("search_tools", Map.of()));
            assertEquals("widget_7", gateway.text("search_widget_7", Map.of()));
            assertThrows(RuntimeException.class, () -> gateway.call("no_such_tool", Map.of()));
            String metrics = gateway.get("/metrics");
            assertTrue(metrics.contains(stage("hidden") + " 1"), metrics);
            assertTrue(bytes(metrics, "chosen") < bytes(metrics, "all") / 2, metrics);
        }
    }

    @Test
    void theNameOfTheSearchIsNobodyElses() {
        try (var gateway = gateway(Mode.ON, 1_000)) {
            List<String> all = gateway.tools();
            assertEquals(62, all.size());
            assertTrue(all.contains("search_tools_2"), all.toString());
            assertEquals("tools", gateway.text("search_tools_2", Map.of()));
        }
    }

    @Test
    void aFewAreAllListed() throws Exception {
        try (var gateway = gateway(Mode.ON, 62)) {
            assertEquals(62, gateway.tools().size());
            gateway.call("search_widget_1", Map.of());
            assertFalse(gateway.get("/metrics").contains("tool-selection"));
        }
    }

    @Test
    void aSearchThatSaysNothingIsToldSo() throws Exception {
        try (var gateway = gateway(Mode.ON, 50)) {
            assertTrue(gateway.call("search_tools", Map.of()).isError());
            assertTrue(gateway.text("search_tools", Map.of()).contains("'query'"));
            for (Object limit : List.of(0, 51, "few", 1.5, List.of())) {
                assertEquals(
                        "The 'limit' of search_tools must be a whole number from 1 to 50.",
                        gateway.text("search_tools", Map.of("query", "rain", "limit", limit)));
            }
            String one = gateway.text("search_tools", Map.of("query", "part rain", "limit", "1"));
            assertEquals(1, JSON.readTree(one).size(), one);
            assertEquals(
                    "None of the 62 tools fits these words; try others.",
                    gateway.text("search_tools", Map.of("query", "zyzzyva")));
        }
    }
}
