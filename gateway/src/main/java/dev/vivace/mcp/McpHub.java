package dev.vivace.mcp;

import dev.vivace.config.ToolSelection;
import dev.vivace.config.ToolServer;
import dev.vivace.key.Principal;
import dev.vivace.ledger.LedgerEntry;
import dev.vivace.tool.CallLine;
import dev.vivace.tool.ResultCache;
import dev.vivace.tool.Tool;
import dev.vivace.tool.ToolLine;
import dev.vivace.tool.ToolStats;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * All configured MCP servers as one: what the door at {@code /mcp} hands its requests to. Nothing
 * here waits on the caller's thread. Thread-safe.
 */
public final class McpHub implements AutoCloseable {
    private static final String VERSION = "0.1.0";
    private static final long CACHE_BYTES = 64L << 20;

    private final Servers servers;
    private final ToolShelf shelf;
    private final Sessions sessions =
            new Sessions(Sessions.MOST, Sessions.MOST_OF_ONE, System::nanoTime);
    private final StreamableHttp http;
    private final CallCounts counts = new CallCounts();
    private final ToolStats stats = new ToolStats();

    /** That a server was down is not kept: it may be up a moment later. */
    private final ResultCache results =
            new ResultCache(CACHE_BYTES, Duration.ZERO, System::nanoTime);

    private McpHub(
            Map<String, ToolServer> configured,
            ToolSelection selection,
            String version,
            BiPredicate<Principal, String> mayUse,
            Consumer<LedgerEntry> ledger) {
        shelf = new ToolShelf(selection);
        servers = new Servers(configured, version, shelf.reserved(), this::changed);
        Function<String, Optional<McpTool>> tools = name -> servers.now().tool(name);
        CallLine line =
                ToolLine.of(name -> tools.apply(name).map(Tool.class::cast))
                        .limits(ServerLimits.of(tools))
                        .stats(stats)
                        .cache(results)
                        .build();
        var reach = new Reach(mayUse);
        http =
                new StreamableHttp(
                        sessions,
                        new Requests(
                                servers,
                                version,
                                reach,
                                shelf,
                                new ToolCalls(
                                        servers, line, shelf, new ToolAccounts(ledger, counts)),
                                new PromptsAndResources(servers, reach),
                                new Questions(ledger)));
    }

    /**
     * Begins to start the servers, and does not wait for them.
     *
     * @param selection which of many tools clients are told of
     * @param mayUse whether somebody may see and call the tool of that name; quick
     * @param ledger told of each call of a tool, and of what else reaches a server
     */
    public static McpHub start(
            Map<String, ToolServer> configured,
            ToolSelection selection,
            BiPredicate<Principal, String> mayUse,
            Consumer<LedgerEntry> ledger) {
        var hub = new McpHub(configured, selection, VERSION, mayUse, ledger);
        hub.servers.start();
        return hub;
    }

    /** Why servers cannot be asked, by their names; empty for one that can. */
    public Map<String, Optional<String>> problems() {
        return servers.problems();
    }

    /** How calls of tools ended, since the start. */
    public Map<ToolCount, Long> calls() {
        return counts.now();
    }

    /** The names of all tools that there are, as they are offered. */
    public Set<String> tools() {
        return servers.now().tools().keySet();
    }

    /** How many tools each server has, by its name. */
    public Map<String, Integer> sizes() {
        var sizes = new LinkedHashMap<String, Integer>();
        servers.all().forEach(each -> sizes.put(each.name(), each.list(Kind.TOOLS).size()));
        return sizes;
    }

    /** How often each server was started or connected to again, by its name. */
    public Map<String, Long> restarts() {
        var restarts = new LinkedHashMap<String, Long>();
        servers.all().forEach(each -> restarts.put(each.name(), each.restarts()));
        return restarts;
    }

    /** How the calls of each tool went, since the start. */
    public List<ToolStats.Summary> summaries() {
        return stats.summaries();
    }

    /** What could be done about tools. */
    public List<ToolStats.Recommendation> recommendations() {
        return stats.recommendations(
                servers.now().tools().values().stream().map(McpTool::definition).toList());
    }

    /** How the results that are kept are used. */
    public ResultCache.Statistics results() {
        return results.statistics();
    }

    /** What lists of tools took of prompts, where there was a choice, since the start. */
    public ListBytes listBytes() {
        return shelf.listBytes();
    }

    /**
     * One message came.
     *
     * @param done run when nothing goes on for it any more, which may be long after its client has
     *     left; on any thread
     */
    public void post(McpRequest request, byte[] body, McpReply reply, Runnable done) {
        http.post(request, body, reply, done);
    }

    /** Somebody wants to hear what nobody asks for. */
    public void listen(McpRequest request, McpReply reply) {
        http.listen(request, reply);
    }

    /** Somebody ends a session. */
    public void end(McpRequest request, McpReply reply) {
        http.end(request, reply);
    }

    /** What is said where no request is answered. */
    public static byte[] problem(int code, String message) {
        return StreamableHttp.problem(code, message);
    }

    private void changed(Kind kind) {
        for (Session session : sessions.all()) {
            session.changed(kind);
        }
    }

    /**
     * Ends a server's session, if there is one, and begins another at once: what is started here is
     * ended and started again.
     *
     * @return whether there is a server of that name
     */
    public boolean again(String server) {
        Optional<Backend> found = servers.find(server);
        found.ifPresent(Backend::again);
        return found.isPresent();
    }

    /**
     * Forgets the results that are kept of a server's tools, and lets none in that is under way.
     *
     * @return how many; empty if there is no server of that name
     */
    public OptionalLong forgetServer(String server) {
        return servers.find(server)
                .map(found -> OptionalLong.of(results.invalidateResource(found.resource())))
                .orElse(OptionalLong.empty());
    }

    /** Likewise of the tool of that name, as it is offered; says how many. */
    public long forgetTool(String tool) {
        return results.invalidateTool(tool);
    }

    /** Likewise of all; says how many. */
    public long forgetAll() {
        return results.invalidateAll();
    }

    /** The gateway is about to end: nobody listens any more, so that nobody is waited for. */
    public void quiet() {
        servers.all().forEach(Backend::quiet);
        http.quiet();
    }

    /** What goes on is to end: ends the servers, so that every call of theirs has an answer. */
    public void cut() {
        http.ends();
        http.quiet();
        Thread.ofVirtual().name("vivace-mcp-ends").start(servers::close);
    }

    /** Ends all servers and all sessions; waits a few seconds for them at most. */
    @Override
    public void close() {
        http.ends();
        servers.close();
        sessions.all().forEach(Session::close);
    }
}
