package dev.vivace.mcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vivace.config.ToolServer;
import io.modelcontextprotocol.spec.McpSchema.CallToolRequest;
import io.modelcontextprotocol.spec.McpSchema.CallToolResult;
import io.modelcontextprotocol.spec.McpSchema.GetPromptRequest;
import io.modelcontextprotocol.spec.McpSchema.ProgressNotification;
import io.modelcontextprotocol.spec.McpSchema.ReadResourceRequest;
import io.modelcontextprotocol.spec.McpSchema.TextContent;
import io.modelcontextprotocol.spec.McpSchema.TextResourceContents;
import io.modelcontextprotocol.spec.McpSchema.Tool;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * The SDK's client before the gateway; behind it the SDK's own server over stdio, and over HTTP
 * another gateway before that server once more.
 */
class McpGatewayTest {
    private static final ToolServer SDK =
            McpGateway.java(SdkStdioServer.class, ToolServer.Terms.DEFAULT);
    private static final LinkedBlockingQueue<ProgressNotification> PROGRESS =
            new LinkedBlockingQueue<>();
    private static final LinkedBlockingQueue<List<Tool>> CHANGES = new LinkedBlockingQueue<>();

    @SuppressWarnings("NullAway.Init")
    private static McpGateway far;

    @SuppressWarnings("NullAway.Init")
    private static McpGateway near;

    @BeforeAll
    static void start() {
        far = new McpGateway(McpGateway.servers("deep", SDK));
        near =
                new McpGateway(
                        McpGateway.servers(
                                "files",
                                McpGateway.java(
                                        SdkStdioServer.class,
                                        new ToolServer.Terms(
                                                true,
                                                Duration.ofMinutes(1),
                                                Duration.ofMinutes(1))),
                                "web",
                                new ToolServer.Remote(
                                        far.url(), Map.of(), ToolServer.Terms.DEFAULT)),
                        spec ->
                                spec.progressConsumer(PROGRESS::add)
                                        .toolsChangeConsumer(CHANGES::add));
    }

    @AfterAll
    static void stop() {
        near.close();
        far.close();
    }

    @Test
    void theToolsOfAllServersAreOne() {
        List<String> tools = near.tools();
        assertTrue(tools.contains("files_echo"), tools.toString());
        assertTrue(tools.contains("web_deep_echo"), tools.toString());
        assertEquals("hi", near.text("files_echo", Map.of("text", "hi")));
        assertEquals("far", near.text("web_deep_echo", Map.of("text", "far")));
    }

    @Test
    void aChildHasOnlyWhatItIsGiven() {
        assertEquals(
                "EXTRA,HOME,PATH",
                near.text("files_environment", Map.of()).replaceAll(",?(LD_|JAVA_|_)[A-Z_]*", ""));
    }

    @Test
    void progressStreamsThrough() throws InterruptedException {
        for (String tool : List.of("files_steps", "web_deep_steps")) {
            CallToolResult result =
                    near.client.callTool(
                            CallToolRequest.builder()
                                    .name(tool)
                                    .arguments(Map.of())
                                    .progressToken("mine-" + tool)
                                    .build());
            assertEquals("done", McpGateway.text(result));
            // The SDK's client hands them over on several threads, in any order.
            var told = new TreeMap<Integer, String>();
            for (int i = 1; i <= 3; i++) {
                ProgressNotification next = PROGRESS.poll(10, TimeUnit.SECONDS);
                assertEquals("mine-" + tool, next.progressToken());
                told.put(next.progress().intValue(), next.message());
            }
            assertEquals(Map.of(1, "step 1", 2, "step 2", 3, "step 3"), told);
        }
    }

    @Test
    void progressComesInItsOrderAndBeforeTheResult() throws Exception {
        String session =
                near.post("{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"initialize\"}")
                        .headers()
                        .firstValue("mcp-session-id")
                        .orElseThrow();
        String call =
                "{\"jsonrpc\":\"2.0\",\"id\":5,\"method\":\"tools/call\",\"params\":{\"name\":\"web_deep_steps\",\"_meta\":{\"progressToken\":9}}}";
        var answer = near.post(call, "mcp-session-id", session);
        assertEquals("text/event-stream", answer.headers().firstValue("content-type").orElse(""));
        List<String> events =
                answer.body()
                        .lines()
                        .filter(line -> line.startsWith("data: "))
                        .map(line ->
                                line.replaceAll(
                                        ".*\"progressToken\":9,.*\"message\":\"(.*)\".*|.*\"text\":\"(.*?)\".*",
                                        "$1$2"))
                        .toList();
        assertEquals(List.of("step 1", "step 2", "step 3", "done"), events);
    }

    @Test
    void aChildThatDiesInACallComesBackAndTheOthersGoOn() throws Exception {
        String before = near.text("files_pid", Map.of());
        CallToolResult died = near.call("files_die", Map.of());
        assertTrue(died.isError());
        assertTrue(McpGateway.text(died).contains("exit code 3"), McpGateway.text(died));
        assertEquals("far", near.text("web_deep_echo", Map.of("text", "far")));
        assertTrue(near.tools().contains("files_echo"), "what is down stays listed");
        CallToolResult now = near.call("files_pid", Map.of());
        long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (Boolean.TRUE.equals(now.isError()) && System.nanoTime() < deadline) {
            String said = McpGateway.text(now);
            assertTrue(said.startsWith("The server files ") && said.contains("again"), said);
            assertTrue(
                    near.get("/readyz").contains("degraded")
                            || !near.call("files_pid", Map.of()).isError());
            now = near.call("files_pid", Map.of());
        }
        assertFalse(now.isError(), McpGateway.text(now));
        assertNotEquals(before, McpGateway.text(now));
    }

    @Test
    void whatHasChangedBehindIsToldInFront() throws InterruptedException {
        assertFalse(near.tools().contains("web_deep_grown"));
        assertEquals("grown", near.text("web_deep_grow", Map.of()));
        List<Tool> now = List.of();
        while (now.stream().noneMatch(tool -> tool.name().equals("web_deep_grown"))) {
            now = CHANGES.poll(20, TimeUnit.SECONDS);
            assertTrue(now != null, "nobody was told");
        }
        assertEquals("grown", near.text("web_deep_grown", Map.of()));
    }

    @Test
    void resourcesAndPromptsPassThrough() {
        assertEquals(
                List.of("note://one"),
                near.client.listResources().resources().stream().map(r -> r.uri()).toList());
        var read = near.client.readResource(new ReadResourceRequest("note://one"));
        assertEquals("first note", ((TextResourceContents) read.contents().getFirst()).text());
        assertThrows(
                RuntimeException.class,
                () -> near.client.readResource(new ReadResourceRequest("note://none")));
        assertEquals(
                List.of("files_greet", "web_deep_greet"),
                near.client.listPrompts().prompts().stream().map(p -> p.name()).toList());
        var prompt = near.client.getPrompt(new GetPromptRequest("web_deep_greet", Map.of()));
        assertEquals("Hello!", ((TextContent) prompt.messages().getFirst().content()).text());
    }

    @Test
    void whatATrustedServerOnlyReadsIsKeptUntilSomethingIsWritten() throws Exception {
        Map<String, Object> kept = Map.of("text", "kept");
        assertEquals("kept", near.text("files_echo", kept));
        assertEquals("kept", near.text("files_echo", kept));
        String cached = "tool=\"files_echo\",outcome=\"cached\"} ";
        String metrics = near.get("/metrics");
        assertTrue(metrics.contains(cached + "1"), metrics);
        var unused = near.text("files_pid", Map.of()); // which may have written
        assertEquals("kept", near.text("files_echo", kept));
        assertTrue(near.get("/metrics").contains(cached + "1"));
        for (int i = 0; i < 2; i++) {
            assertEquals("kept", near.text("web_deep_echo", kept));
        }
        assertFalse(near.get("/metrics").contains("web_deep_echo\",outcome=\"cached"));
    }

    @Test
    void callsAreInTheLedgerAndInTheMetrics() throws Exception {
        var unused = near.text("files_echo", Map.of("text", "x"));
        String ledger = near.get("/admin/ledger?limit=100");
        assertTrue(ledger.contains("\"door\":\"mcp\",\"model\":\"files_echo\""), ledger);
        String metrics = near.get("/metrics");
        assertTrue(metrics.contains("vivace_mcp_server_up{server=\"web\"} 1"), metrics);
        assertTrue(metrics.contains("vivace_mcp_restarts_total{server=\"web\"} 0"), metrics);
        assertTrue(
                metrics.contains(
                        "vivace_tool_calls_total{server=\"files\",tool=\"files_echo\",outcome=\"ok\"}"),
                metrics);
    }

    @Test
    void callsOfOneClientRunTogether() throws InterruptedException {
        // Each waits for the other: one after the other they would never end.
        Thread other =
                Thread.ofVirtual()
                        .start(() -> assertEquals("met", near.text("files_meet", Map.of())));
        assertEquals("met", near.text("files_meet", Map.of()));
        assertTrue(other.join(Duration.ofSeconds(30)));
    }
}
