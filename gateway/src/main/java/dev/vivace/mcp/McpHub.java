package dev.vivace.mcp;

import dev.vivace.config.ToolSelection;
import dev.vivace.config.ToolServer;
import dev.vivace.key.Principal;
import dev.vivace.ledger.LedgerEntry;
import dev.vivace.line.Crash;
import dev.vivace.tool.CallLine;
import dev.vivace.tool.ResultCache;
import dev.vivace.tool.Tool;
import dev.vivace.tool.ToolLine;
import dev.vivace.tool.ToolStats;
import io.modelcontextprotocol.spec.McpSchema;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCMessage;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCNotification;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCRequest;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCResponse;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiPredicate;
import java.util.function.Consumer;
import java.util.function.Function;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * All configured MCP servers as one: what the door at {@code /mcp} hands its requests to. Nothing
 * here waits on the caller's thread. Thread-safe.
 */
public final class McpHub implements AutoCloseable {
    private static final String VERSION = "0.1.0";
    private static final long CACHE_BYTES = 64L << 20;
    private static final int NO_ROOM = -32_000;
    private static final int LONGEST_CLIENT = 200;

    /** Of who has no session no more is read: it can only begin one. */
    private static final int LONGEST_HELLO = 64 << 10;

    private final Servers servers;
    private final ToolShelf shelf;
    private final Sessions sessions =
            new Sessions(Sessions.MOST, Sessions.MOST_OF_ONE, System::nanoTime);
    private final Requests requests;
    private final CallCounts counts = new CallCounts();
    private final ToolStats stats = new ToolStats();

    /** That a server was down is not kept: it may be up a moment later. */
    private final ResultCache results =
            new ResultCache(CACHE_BYTES, Duration.ZERO, System::nanoTime);

    private volatile boolean quiet;
    private volatile boolean ending;

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
        requests =
                new Requests(
                        servers,
                        version,
                        new Reach(mayUse),
                        shelf,
                        new ToolCalls(servers, line, shelf, new ToolAccounts(ledger, counts)),
                        new Questions(ledger));
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

    /** How many tools each server has, by its name. */
    public Map<String, Integer> sizes() {
        var sizes = new LinkedHashMap<String, Integer>();
        servers.all().forEach(each -> sizes.put(each.name(), each.list(Kind.TOOLS).size()));
        return sizes;
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
        // Reading a long message takes its time, and asking a server takes any time.
        Thread.ofVirtual()
                .name("vivace-mcp-call")
                .start(() -> {
                    try {
                        take(request, body, reply);
                    } finally {
                        done.run();
                    }
                });
    }

    private void take(McpRequest request, byte[] body, McpReply reply) {
        try {
            if (body.length > LONGEST_HELLO && session(request, reply).isEmpty()) {
                return;
            }
            took(request, Rpc.read(body), reply);
        } catch (RpcException e) {
            refuse(reply, 400, e.error().code(), String.valueOf(e.getMessage()));
        } catch (RuntimeException | Error e) {
            Crash.log(request.call().id(), "answering", e);
            refuse(reply, Crash.STATUS, McpSchema.ErrorCodes.INTERNAL_ERROR, Crash.MESSAGE);
        }
    }

    private void took(McpRequest request, JSONRPCMessage message, McpReply reply) {
        if (message instanceof JSONRPCRequest asked
                && asked.method().equals(McpSchema.METHOD_INITIALIZE)) {
            initialize(request, asked, reply);
            return;
        }
        Optional<Session> session = session(request, reply);
        if (session.isEmpty()) {
            return;
        }
        switch (message) {
            case JSONRPCRequest asked -> {
                requests.take(session.get(), request, asked, reply);
                sessions.touch(session.get());
            }
            case JSONRPCNotification told -> {
                if (told.method().equals(Rpc.CANCELLED)) {
                    cancel(session.get(), Rpc.params(told).path("requestId"));
                }
                reply.empty(202);
            }
            // We ask clients nothing, so that there is nothing to answer.
            default -> reply.empty(202);
        }
    }

    private static void cancel(Session session, JsonNode id) {
        if (id.isString()) {
            session.cancel(id.asString());
        } else if (id.isIntegralNumber() && id.canConvertToLong()) {
            session.cancel(id.asLong());
        }
    }

    private void initialize(McpRequest request, JSONRPCRequest asked, McpReply reply) {
        String wanted = Rpc.params(asked).path("protocolVersion").asString("");
        String spoken = Rpc.VERSIONS.contains(wanted) ? wanted : Rpc.VERSIONS.getFirst();
        Optional<Session> session =
                ending ? Optional.empty() : sessions.begin(request.owner(), spoken, client(asked));
        if (session.isEmpty()) {
            refuse(
                    reply,
                    503,
                    NO_ROOM,
                    ending ? "The gateway ends." : "There are too many sessions.");
            return;
        }
        ObjectNode hello = requests.hello(spoken);
        reply.answer(
                200,
                Rpc.bytes(JSONRPCResponse.result(asked.id(), hello)),
                Optional.of(session.get().id()));
    }

    /** What a client calls itself; who knows what it is. */
    private static String client(JSONRPCRequest hello) {
        String name = Rpc.params(hello).path("clientInfo").path("name").asString("");
        return name.length() > LONGEST_CLIENT ? name.substring(0, LONGEST_CLIENT) : name;
    }

    /** The session that a request is of; refused, if it is none of its sender's. */
    private Optional<Session> session(McpRequest request, McpReply reply) {
        if (request.session().isEmpty()) {
            refuse(
                    reply,
                    400,
                    McpSchema.ErrorCodes.INVALID_REQUEST,
                    "The header Mcp-Session-Id is missing: begin with 'initialize', and send back the one of its answer.");
            return Optional.empty();
        }
        if (request.version().filter(said -> !Rpc.VERSIONS.contains(said)).isPresent()) {
            refuse(
                    reply,
                    400,
                    McpSchema.ErrorCodes.INVALID_REQUEST,
                    "The header MCP-Protocol-Version names none of "
                            + String.join(", ", Rpc.VERSIONS)
                            + ".");
            return Optional.empty();
        }
        Optional<Session> session = sessions.find(request.session().get(), request.owner());
        if (session.isEmpty()) {
            refuse(
                    reply,
                    404,
                    McpSchema.ErrorCodes.INVALID_REQUEST,
                    "There is no such session (any more): begin another with 'initialize'.");
        }
        return session;
    }

    /** Somebody wants to hear what nobody asks for. */
    public void listen(McpRequest request, McpReply reply) {
        if (quiet || ending) {
            refuse(reply, 503, NO_ROOM, "The gateway ends.");
            return;
        }
        if (!reply.streams()) {
            refuse(
                    reply,
                    406,
                    McpSchema.ErrorCodes.INVALID_REQUEST,
                    "GET is for a stream of events: send 'Accept: text/event-stream'.");
            return;
        }
        session(request, reply)
                .ifPresent(session -> {
                    reply.onEnd(() -> sessions.touch(session));
                    session.hear(reply);
                    if (quiet) {
                        session.deaf(); // it may have begun since that was looked at
                    }
                });
    }

    /** Somebody ends a session. */
    public void end(McpRequest request, McpReply reply) {
        session(request, reply)
                .ifPresent(session -> {
                    sessions.end(session);
                    reply.empty(204);
                });
    }

    private static void refuse(McpReply reply, int status, int code, String message) {
        reply.answer(status, problem(code, message), Optional.empty());
    }

    /** What is said where no request is answered. */
    public static byte[] problem(int code, String message) {
        ObjectNode answer = Rpc.object().put("jsonrpc", "2.0").putNull("id");
        answer.putObject("error").put("code", code).put("message", message);
        return Rpc.JSON.writeValueAsBytes(answer);
    }

    private void changed(Kind kind) {
        for (Session session : sessions.all()) {
            session.changed(kind);
        }
    }

    /** The gateway is about to end: nobody listens any more, so that nobody is waited for. */
    public void quiet() {
        quiet = true;
        sessions.all().forEach(Session::deaf);
    }

    /** What goes on is to end: ends the servers, so that every call of theirs has an answer. */
    public void cut() {
        ending = true;
        quiet();
        Thread.ofVirtual().name("vivace-mcp-ends").start(servers::close);
    }

    /** Ends all servers and all sessions; waits a few seconds for them at most. */
    @Override
    public void close() {
        ending = true;
        servers.close();
        List<Session> all = sessions.all();
        all.forEach(Session::close);
    }
}
