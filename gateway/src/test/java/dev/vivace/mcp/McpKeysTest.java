package dev.vivace.mcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vivace.config.Config;
import dev.vivace.config.ToolServer;
import dev.vivace.gateway.Gateway;
import dev.vivace.key.Budget;
import dev.vivace.key.ClientKeys;
import dev.vivace.key.KeyTerms;
import dev.vivace.key.Priority;
import dev.vivace.key.VirtualKey;
import dev.vivace.limit.Rates;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Client keys are needed at {@code /mcp} as at any door. */
class McpKeysTest {
    @TempDir private Path data = Path.of("");

    private String key(String tenant, Rates rates) {
        try (ClientKeys keys = ClientKeys.of(data)) {
            return keys.create(
                            new KeyTerms(
                                    tenant,
                                    "",
                                    Set.of(),
                                    Set.of(),
                                    rates,
                                    Budget.NONE,
                                    Priority.NORMAL,
                                    VirtualKey.Scope.TENANT))
                    .secret();
        }
    }

    private static String refusal(URI url, Optional<String> key) {
        return String.valueOf(
                assertThrows(IOException.class, () -> ToolClient.open(url, key)).getMessage());
    }

    @Test
    void whoHasNoneStaysOutsideAndALimitHolds() throws Exception {
        String mine = key("acme", new Rates(OptionalLong.of(2), OptionalLong.empty()));
        String other = key("other", Rates.NONE);
        try (EchoServer server = new EchoServer();
                Gateway gateway =
                        Gateway.start(
                                Config.proxyTo(
                                                URI.create("http://127.0.0.1:1/v1"),
                                                Optional.empty())
                                        .withServer(new Config.Server("127.0.0.1", 0))
                                        .withData(Optional.of(data))
                                        .toBuilder()
                                        .mcp(
                                                Map.of(
                                                        "echo",
                                                        new ToolServer.Remote(
                                                                server.url(),
                                                                Map.of(),
                                                                ToolServer.Terms.DEFAULT)))
                                        .build())) {
            URI url = gateway.address().resolve("/mcp");
            String hello = "{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"initialize\"}";
            var refused = McpGateway.post(url, hello);
            assertEquals(401, refused.statusCode());
            String told = refusal(url, Optional.empty());
            assertTrue(told.startsWith(url + " answers 401: "), told);
            assertTrue(told.endsWith("; set VIVACE_KEY to a client key"), told);
            String wrong = refusal(url, Optional.of("vv-x"));
            assertTrue(wrong.endsWith("; is the key in VIVACE_KEY the right one?"), wrong);
            assertFalse(wrong.contains("vv-x"), wrong);
            assertTrue(
                    refused.body().startsWith("{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":"),
                    refused.body());
            assertEquals(
                    401, McpGateway.post(url, hello, "authorization", "Bearer vv-x").statusCode());

            var begun = McpGateway.post(url, hello, "authorization", "Bearer " + mine);
            String session = begun.headers().firstValue("mcp-session-id").orElseThrow();
            String ping = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}";
            assertEquals(
                    404,
                    McpGateway.post(
                                    url,
                                    ping,
                                    "authorization",
                                    "Bearer " + other,
                                    "mcp-session-id",
                                    session)
                            .statusCode());

            try (var client = ToolClient.open(url, Optional.of(mine))) {
                JsonNode tools = client.tools().path("tools");
                assertEquals("echo_echo", tools.path(0).path("name").asString());
                for (int i = 0; i < 2; i++) {
                    var text = Rpc.object().put("text", "hi");
                    assertEquals(
                            "hi", client.call("echo_echo", text).at("/content/0/text").asString());
                }
                JsonNode limited = client.call("echo_echo", Rpc.object());
                assertTrue(limited.path("isError").asBoolean(), limited.toString());
                assertTrue(limited.toString().contains("requests"), limited.toString());
            }
        }
    }
}
