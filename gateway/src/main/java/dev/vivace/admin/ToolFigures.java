package dev.vivace.admin;

import dev.vivace.mcp.ListBytes;
import dev.vivace.mcp.ToolCount;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * How the MCP servers are and how calls of their tools ended; each may be asked by any thread.
 *
 * @param problems why servers cannot be asked, by their configured names; empty for one that can
 * @param calls since the start; of a bounded number of tools
 * @param lists what lists of tools took, where there was a choice
 */
public record ToolFigures(
        Supplier<Map<String, Optional<String>>> problems,
        Supplier<Map<ToolCount, Long>> calls,
        Supplier<ListBytes> lists) {
    /** The page for Prometheus. */
    String text() {
        var to = new Exposition();
        String up = "vivace_mcp_server_up";
        to.metric(up, "gauge", "1 if the MCP server can be asked, 0 while it is down.");
        problems.get()
                .forEach((server, problem) ->
                        to.sample(up, problem.isEmpty() ? 1 : 0, "server", server));
        String count = "vivace_tool_calls_total";
        to.metric(count, "counter", "Calls of tools, by how they ended.");
        calls.get()
                .forEach((call, calls) ->
                        to.sample(
                                count,
                                calls,
                                "server",
                                call.server(),
                                "tool",
                                call.tool(),
                                "outcome",
                                call.outcome()));
        ListBytes bytes = lists.get();
        String list = "vivace_tool_list_bytes_total";
        to.metric(
                list,
                "counter",
                "Size of lists of tools, where there were too many: with all, and with those chosen.");
        to.sample(list, bytes.all(), "tools", "all");
        to.sample(list, bytes.chosen(), "tools", "chosen");
        return to.toString();
    }
}
