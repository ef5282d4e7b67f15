package dev.vivace.gateway;

import dev.vivace.config.ToolSelection;
import dev.vivace.config.ToolServer;
import dev.vivace.key.Principal;
import dev.vivace.ledger.Ledger;
import dev.vivace.mcp.McpHub;
import dev.vivace.tool.ResultCache;
import dev.vivace.tool.ToolLine;
import java.time.Duration;
import java.util.Map;

/** Puts together what stands behind {@code /mcp}, where there is anything. */
final class ToolServers {
    private static final long CACHE_BYTES = 64L << 20;

    private ToolServers() {}

    static McpHub start(
            Map<String, ToolServer> configured, ToolSelection selection, Ledger ledger) {
        return McpHub.start(
                configured,
                selection,
                // That a server was down is not kept: it may be up a moment later.
                tools ->
                        ToolLine.of(tools)
                                .cache(
                                        new ResultCache(
                                                CACHE_BYTES, Duration.ZERO, System::nanoTime))
                                .build(),
                Principal::mayCall,
                ledger::record);
    }
}
