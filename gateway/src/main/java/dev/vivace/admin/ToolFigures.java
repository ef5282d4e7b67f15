package dev.vivace.admin;

import dev.vivace.mcp.ListBytes;
import dev.vivace.mcp.McpHub;
import dev.vivace.tool.ResultCache;
import dev.vivace.tool.ToolStats;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import tools.jackson.core.JsonGenerator;

/** How the MCP servers are, and how the calls of their tools went. Thread-safe. */
public final class ToolFigures {
    private final McpHub hub;

    public ToolFigures(McpHub hub) {
        this.hub = hub;
    }

    /** The page for Prometheus. */
    String text() {
        var to = new Exposition();
        servers(to);
        calls(to);
        times(to);
        results(to);
        lists(to);
        return to.toString();
    }

    private void servers(Exposition to) {
        String up = "vivace_mcp_server_up";
        to.metric(up, "gauge", "1 if the MCP server can be asked, 0 while it is down.");
        hub.problems()
                .forEach((server, problem) ->
                        to.sample(up, problem.isEmpty() ? 1 : 0, "server", server));
        String restarts = "vivace_mcp_restarts_total";
        to.metric(
                restarts,
                "counter",
                "How often an MCP server was started or connected to again, with or without success.");
        hub.restarts().forEach((server, times) -> to.sample(restarts, times, "server", server));
    }

    private void calls(Exposition to) {
        String count = "vivace_tool_calls_total";
        to.metric(count, "counter", "Calls of tools, by how they ended.");
        hub.calls()
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
    }

    private void times(Exposition to) {
        String took = "vivace_tool_seconds";
        to.metric(
                took,
                "summary",
                "How long tools took since they were called, without the wait for a turn.");
        for (ToolStats.Summary tool : hub.summaries()) {
            if (tool.timed() > 0) {
                quantile(to, took, tool.tool(), "0.5", tool.p50());
                quantile(to, took, tool.tool(), "0.95", tool.p95());
                quantile(to, took, tool.tool(), "0.99", tool.p99());
            }
        }
    }

    private static void quantile(
            Exposition to, String name, String tool, String quantile, Duration took) {
        to.sample(name, took.toNanos() / 1e9, "tool", tool, "quantile", quantile);
    }

    private void results(Exposition to) {
        ResultCache.Statistics kept = hub.results();
        String bytes = "vivace_tool_results_bytes";
        to.metric(bytes, "gauge", "What the kept results of tools hold.");
        to.sample(bytes, kept.bytes());
        String looks = "vivace_tool_results_total";
        to.metric(looks, "counter", "Looks for kept results, and results dropped for room.");
        to.sample(looks, kept.hits(), "outcome", "hit");
        to.sample(looks, kept.misses(), "outcome", "miss");
        to.sample(looks, kept.evictions(), "outcome", "evicted");
    }

    private void lists(Exposition to) {
        ListBytes bytes = hub.listBytes();
        String list = "vivace_tool_list_bytes_total";
        to.metric(
                list,
                "counter",
                "Size of lists of tools, where there were too many: with all, and with those chosen.");
        to.sample(list, bytes.all(), "tools", "all");
        to.sample(list, bytes.chosen(), "tools", "chosen");
    }

    /** One object with the servers, the tools that were called, and what could be done. */
    void write(JsonGenerator to) {
        to.writeStartObject();
        servers(to);
        to.writeArrayPropertyStart("tools");
        hub.summaries().forEach(tool -> write(tool, to));
        to.writeEndArray();
        write(hub.recommendations(), to);
        ResultCache.Statistics kept = hub.results();
        to.writeObjectPropertyStart("results");
        to.writeNumberProperty("entries", kept.entries());
        to.writeNumberProperty("bytes", kept.bytes());
        to.writeNumberProperty("max_bytes", kept.maxBytes());
        to.writeNumberProperty("hits", kept.hits());
        to.writeNumberProperty("misses", kept.misses());
        to.writeNumberProperty("evictions", kept.evictions());
        to.writeEndObject();
        to.writeEndObject();
    }

    /** The same where there are no servers. */
    static void writeNone(JsonGenerator to) {
        to.writeStartObject();
        for (String name : List.of("servers", "tools", "recommendations")) {
            to.writeArrayPropertyStart(name);
            to.writeEndArray();
        }
        to.writeNullProperty("results");
        to.writeEndObject();
    }

    private void servers(JsonGenerator to) {
        Map<String, Integer> sizes = hub.sizes();
        Map<String, Long> restarts = hub.restarts();
        to.writeArrayPropertyStart("servers");
        hub.problems()
                .forEach((server, problem) -> {
                    to.writeStartObject();
                    to.writeStringProperty("server", server);
                    to.writeBooleanProperty("up", problem.isEmpty());
                    to.writeStringProperty("problem", problem.orElse(null));
                    to.writeNumberProperty("tools", sizes.getOrDefault(server, 0));
                    to.writeNumberProperty("restarts", restarts.getOrDefault(server, 0L));
                    to.writeEndObject();
                });
        to.writeEndArray();
    }

    private static void write(ToolStats.Summary tool, JsonGenerator to) {
        to.writeStartObject();
        to.writeStringProperty("tool", tool.tool());
        to.writeNumberProperty("calls", tool.calls());
        to.writeNumberProperty("successes", tool.successes());
        to.writeNumberProperty("cached", tool.cached());
        to.writeNumberProperty("joined", tool.joined());
        to.writeNumberProperty("waited", tool.waited());
        to.writeNumberProperty("retries", tool.retries());
        to.writeNumberProperty("timed", tool.timed());
        millis("p50_ms", tool, tool.p50(), to);
        millis("p95_ms", tool, tool.p95(), to);
        millis("p99_ms", tool, tool.p99(), to);
        to.writeEndObject();
    }

    /** What was never measured is not fast. */
    private static void millis(
            String name, ToolStats.Summary tool, Duration took, JsonGenerator to) {
        if (tool.timed() == 0) {
            to.writeNullProperty(name);
        } else {
            to.writeNumberProperty(name, took.toNanos() / 1e6);
        }
    }

    private static void write(List<ToolStats.Recommendation> all, JsonGenerator to) {
        to.writeArrayPropertyStart("recommendations");
        for (ToolStats.Recommendation each : all) {
            to.writeStartObject();
            to.writeStringProperty("tool", each.tool());
            to.writeStringProperty(
                    "kind", each.kind().name().toLowerCase(Locale.ROOT).replace('_', '-'));
            to.writeStringProperty("text", each.text());
            to.writeEndObject();
        }
        to.writeEndArray();
    }
}
