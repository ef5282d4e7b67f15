package dev.vivace.mcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vivace.config.ToolServer;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What becomes of calls and of children when the gateway ends. */
@Timeout(60)
class McpStopTest {
    private static final String CALL =
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"raw_hang\"}}";

    @Test
    void callsHaveAnAnswerListenersAreLetGoAndChildrenDie() throws Exception {
        try (var gateway =
                new McpGateway(
                        McpGateway.servers(
                                "raw",
                                McpGateway.java(RawStdioServer.class, ToolServer.Terms.DEFAULT)))) {
            assertEquals("x", gateway.text("raw_echo", Map.of("text", "x")));
            ProcessHandle child =
                    ProcessHandle.current()
                            .descendants()
                            .filter(ProcessHandle::isAlive)
                            .filter(one ->
                                    one.info()
                                            .commandLine()
                                            .orElse("")
                                            .contains(RawStdioServer.class.getName()))
                            .findFirst()
                            .orElseThrow();
            String session =
                    gateway.post("{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"initialize\"}")
                            .headers()
                            .firstValue("mcp-session-id")
                            .orElseThrow();
            var called = new CompletableFuture<HttpResponse<String>>();
            Thread.ofVirtual()
                    .start(() -> {
                        try {
                            called.complete(gateway.post(CALL, "mcp-session-id", session));
                        } catch (Exception e) {
                            called.completeExceptionally(e);
                        }
                    });
            while (!gateway.get("/metrics").contains("vivace_in_flight 1")) {
                Thread.onSpinWait();
            }
            // One call is under way, and a client listens.
            gateway.gateway.drain(Duration.ZERO, Duration.ZERO, () -> false, line -> {});
            String body = called.get().body();
            assertTrue(body.contains("\"isError\":true"), body);
            assertTrue(
                    body.contains("The gateway is stopping: a call of the server raw was cut off."),
                    body);
            gateway.gateway.close();
            child.onExit().get();
            assertFalse(child.isAlive());
        }
    }
}
