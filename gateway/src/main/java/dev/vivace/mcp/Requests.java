package dev.vivace.mcp;

import dev.vivace.key.Principal;
import dev.vivace.line.Crash;
import dev.vivace.tool.ToolOutcome.Failed;
import dev.vivace.tool.ToolOutcome.Reason;
import io.modelcontextprotocol.spec.McpSchema;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCNotification;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCRequest;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCResponse;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What clients may ask, each on the thread of its request. Thread-safe. */
final class Requests {
    static final int SERVER_ERROR = -32_000;

    /** What the gateway calls itself. */
    static final String NAME = "vivace";

    private final Servers servers;
    private final String version;
    private final Reach reach;
    private final ToolShelf shelf;
    private final ToolCalls calls;
    private final PromptsAndResources promptsAndResources;
    private final Questions questions;
    private final Absence absence;

    Requests(
            Servers servers,
            String version,
            Reach reach,
            ToolShelf shelf,
            ToolCalls calls,
            PromptsAndResources promptsAndResources,
            Questions questions) {
        this.servers = servers;
        this.version = version;
        this.reach = reach;
        this.shelf = shelf;
        this.calls = calls;
        this.promptsAndResources = promptsAndResources;
        this.questions = questions;
        this.absence = new Absence(servers, reach);
    }

    /** The answer to who begins a session. */
    ObjectNode hello(String spoken) {
        ObjectNode hello = Rpc.object();
        hello.put("protocolVersion", spoken);
        ObjectNode can = hello.putObject("capabilities");
        can.putObject("tools").put("listChanged", true);
        can.putObject("resources").put("listChanged", true);
        can.putObject("prompts").put("listChanged", true);
        can.putObject("completions");
        hello.putObject("serverInfo").put("name", NAME).put("version", version);
        return hello;
    }

    /** Works on a request until it is answered. */
    void take(Session session, McpRequest from, JSONRPCRequest asked, McpReply reply) {
        Session.Running running;
        try {
            running = session.begin(asked.id());
        } catch (RpcException e) {
            reply.answer(200, Rpc.bytes(e.answering(asked.id())), Optional.empty());
            return;
        }
        JSONRPCResponse answer;
        boolean cancelled;
        try {
            answer = answer(session, from, asked, reply);
        } finally {
            cancelled = running.end();
            session.end(asked.id(), running);
        }
        if (cancelled) {
            reply.empty(202); // who has cancelled wants no answer
        } else {
            reply.answer(200, Rpc.bytes(answer), Optional.empty());
        }
    }

    private JSONRPCResponse answer(
            Session session, McpRequest from, JSONRPCRequest asked, McpReply reply) {
        try {
            return JSONRPCResponse.result(asked.id(), result(session, from, asked, reply));
        } catch (RpcException e) {
            return e.answering(asked.id());
        } catch (IOException | TimeoutException e) {
            return new RpcException(SERVER_ERROR, String.valueOf(e.getMessage()))
                    .answering(asked.id());
        } catch (InterruptedException e) {
            return new RpcException(SERVER_ERROR, "It was cancelled.").answering(asked.id());
        } catch (RuntimeException | Error e) {
            Crash.log(from.call().id(), asked.method(), e);
            return new RpcException(McpSchema.ErrorCodes.INTERNAL_ERROR, Crash.MESSAGE)
                    .answering(asked.id());
        }
    }

    private JsonNode result(Session session, McpRequest from, JSONRPCRequest asked, McpReply reply)
            throws RpcException, IOException, TimeoutException, InterruptedException {
        ObjectNode params = Rpc.params(asked);
        Principal who = from.call().principal();
        return switch (asked.method()) {
            case McpSchema.METHOD_PING -> Rpc.object();
            case McpSchema.METHOD_TOOLS_LIST -> {
                ObjectNode listed = list(Kind.TOOLS, shelf.list(session, usable(from)).stream());
                yield withDown(listed, who);
            }
            case McpSchema.METHOD_TOOLS_CALL -> call(session, from, params, reply);
            case McpSchema.METHOD_RESOURCES_LIST ->
                    list(Kind.RESOURCES, promptsAndResources.list(who, Catalogue::resources));
            case McpSchema.METHOD_RESOURCES_TEMPLATES_LIST ->
                    list(Kind.TEMPLATES, promptsAndResources.list(who, Catalogue::templates));
            case McpSchema.METHOD_RESOURCES_READ ->
                    questions.ask(
                            from,
                            asked.method(),
                            to ->
                                    promptsAndResources.read(
                                            who, to, params, progress(params, reply)));
            case McpSchema.METHOD_PROMPT_LIST ->
                    list(Kind.PROMPTS, promptsAndResources.list(who, Catalogue::prompts));
            case McpSchema.METHOD_PROMPT_GET ->
                    questions.ask(
                            from,
                            asked.method(),
                            to ->
                                    promptsAndResources.prompt(
                                            who, to, params, progress(params, reply)));
            case McpSchema.METHOD_COMPLETION_COMPLETE ->
                    questions.ask(
                            from,
                            asked.method(),
                            to -> promptsAndResources.complete(who, to, params));
            default ->
                    throw new RpcException(
                            McpSchema.ErrorCodes.METHOD_NOT_FOUND,
                            "This server does not take '" + Rpc.shown(asked.method()) + "'.");
        };
    }

    /**
     * A list from which something may be missing says whose, and why: of those servers that
     * somebody reaches.
     */
    private ObjectNode withDown(ObjectNode listed, Principal who) {
        ObjectNode down = Rpc.object();
        for (Backend each : reach.servers(who, servers.now(), servers.all())) {
            each.problem().ifPresent(why -> down.put(each.name(), why));
        }
        if (!down.isEmpty()) {
            listed.putObject("_meta").set(Rpc.SERVERS_DOWN, down);
        }
        return listed;
    }

    /** In one page: what there is of each server is bounded. */
    private static ObjectNode list(Kind kind, Stream<ObjectNode> elements) {
        ObjectNode result = Rpc.object();
        ArrayNode all = result.putArray(kind.member);
        elements.forEach(all::add);
        return result;
    }

    /** The tools that somebody may see and call; all of them are the same map each time. */
    private Map<String, McpTool> usable(McpRequest from) throws InterruptedException {
        Map<String, McpTool> all = servers.started().tools();
        var some = new LinkedHashMap<>(all);
        some.keySet().removeIf(name -> !reach.tool(from.call().principal(), name));
        return some.size() == all.size() ? all : some;
    }

    private JsonNode call(Session session, McpRequest from, ObjectNode params, McpReply reply)
            throws RpcException, InterruptedException {
        String name = Rpc.text(params, "name");
        // The gateway's own tool: it finds only what its caller may call.
        if (shelf.searches(name)) {
            Map<String, McpTool> tools = usable(from);
            JsonNode arguments = params.path("arguments");
            Runnable more = () -> relist(session, reply);
            return calls.ours(from, name, () -> shelf.search(session, tools, arguments, more));
        }
        // Here alone it is decided, and before anything else: the line under this knows whose
        // results are whose, and not which of an owner's keys asks.
        if (!reach.tool(from.call().principal(), name)) {
            return calls.refuse(
                    from,
                    name,
                    () ->
                            new Failed(
                                    Reason.DENIED,
                                    "You may not call the tool '" + Rpc.shown(name) + "'."));
        }
        if (servers.now().tool(name).isEmpty() && servers.started().tool(name).isEmpty()) {
            Principal who = from.call().principal();
            return calls.refuse(from, name, () -> absence.of(who, name));
        }
        return calls.call(session, from, name, params, progress(params, reply));
    }

    /** Where a client does not listen otherwise, it hears it on the way of its answer. */
    private static void relist(Session session, McpReply reply) {
        if (session.listens()) {
            session.changed(Kind.TOOLS);
        } else if (reply.streams()) {
            reply.event(Rpc.bytes(new JSONRPCNotification(Kind.TOOLS.changed(), Rpc.object())));
        }
    }

    /** Passes on what a server says about how far it is, if the client wants to know. */
    private static Optional<Consumer<ObjectNode>> progress(ObjectNode params, McpReply reply) {
        JsonNode token = params.path("_meta").path(Rpc.PROGRESS_TOKEN);
        if (!reply.streams() || !(token.isString() || token.isIntegralNumber())) {
            return Optional.empty();
        }
        return Optional.of(said -> {
            if (!reply.full()) {
                ObjectNode told = Rpc.copy(said);
                told.set(Rpc.PROGRESS_TOKEN, token);
                reply.event(
                        Rpc.bytes(
                                new JSONRPCNotification(
                                        McpSchema.METHOD_NOTIFICATION_PROGRESS, told)));
            }
        });
    }
}
