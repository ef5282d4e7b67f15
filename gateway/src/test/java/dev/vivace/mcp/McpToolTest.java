package dev.vivace.mcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vivace.config.ToolServer;
import dev.vivace.tool.Effects;
import dev.vivace.tool.Resource;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;

class McpToolTest {
    private static final Resource SERVER = Resource.of("mcp", "web");

    private static McpTool tool(boolean trust, String hints) {
        var options =
                new ToolServer.Remote(
                        URI.create("http://h/mcp"),
                        Map.of(),
                        new ToolServer.Terms(trust, Duration.ofSeconds(1), Duration.ofSeconds(9)));
        var said =
                (ObjectNode)
                        Rpc.JSON.readTree(
                                "{\"name\":\"t\",\"inputSchema\":{\"type\":\"object\"},\"annotations\":"
                                        + hints
                                        + "}");
        return new McpTool(new Backend("web", options, "1", (who, kind) -> {}), "web_t", said);
    }

    private static Effects effects(boolean trust, String hints) {
        return tool(trust, hints).effects(Rpc.object());
    }

    @Test
    void hintsOfATrustedServerCount() {
        assertEquals(Effects.read(SERVER), effects(true, "{\"readOnlyHint\":true}"));
        assertTrue(tool(true, "{\"readOnlyHint\":true}").idempotent());
        assertEquals(Effects.write(SERVER), effects(true, "{}"));
        assertFalse(tool(true, "{}").idempotent());
        assertEquals(Effects.write(SERVER), effects(true, "{\"idempotentHint\":true}"));
        assertTrue(tool(true, "{\"idempotentHint\":true}").idempotent());
    }

    @Test
    void hintsOfAnyOtherCanOnlyMakeThingsStricter() {
        String all = "{\"readOnlyHint\":true,\"idempotentHint\":true}";
        assertFalse(effects(false, all).readOnly());
        assertFalse(tool(false, all).idempotent());
        assertTrue(effects(false, all).writes().contains(SERVER));
        assertEquals(Effects.UNKNOWN, effects(false, "{\"destructiveHint\":true}"));
        assertEquals(effects(false, "{}"), effects(false, "{\"destructiveHint\":false}"));
        assertEquals(effects(false, "{}"), effects(false, "7"));
    }

    @Test
    void whatIsListedHasTheOtherNameAndNothingElseChanged() {
        assertEquals(
                "{\"name\":\"web_t\",\"inputSchema\":{\"type\":\"object\"},\"annotations\":{\"title\":\"x\"}}",
                tool(true, "{\"title\":\"x\"}").listed().toString());
        assertEquals(Optional.of(Duration.ofSeconds(9)), tool(true, "{}").timeToLive());
    }
}
