package dev.vivace.mcp;

import dev.vivace.ledger.StageNote;
import dev.vivace.line.Crash;
import dev.vivace.tool.CallLine;
import dev.vivace.tool.Prepared;
import dev.vivace.tool.ToolCall;
import dev.vivace.tool.ToolContext;
import dev.vivace.tool.ToolOutcome;
import dev.vivace.tool.ToolResult;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Calls of tools: within the limits of who calls, through the line of calls. Thread-safe. */
final class ToolCalls {
    private static final String CHOICE = "tool-selection";
    private static final String OURS = "vivace";
    private static final Duration GRACE = Duration.ofSeconds(1);

    private final Servers servers;
    private final CallLine line;
    private final ToolShelf shelf;
    private final ToolAccounts accounts;

    ToolCalls(Servers servers, CallLine line, ToolShelf shelf, ToolAccounts accounts) {
        this.servers = servers;
        this.line = line;
        this.shelf = shelf;
        this.accounts = accounts;
    }

    /** What a call came to, with what it took. */
    private record Ended(ToolOutcome outcome, Optional<Observed> observed) {
        /** Without having asked a server. */
        Ended(ToolOutcome outcome) {
            this(outcome, Optional.empty());
        }
    }

    private static final Ended CRASHED =
            new Ended(new ToolOutcome.Failed(ToolOutcome.Reason.FAILED, Crash.MESSAGE));

    /**
     * Calls a tool, and blocks until that has ended.
     *
     * @param params as the client sent them
     */
    JsonNode call(
            Session session,
            McpRequest from,
            String name,
            ObjectNode params,
            Optional<Consumer<ObjectNode>> progress)
            throws RpcException {
        JsonNode arguments = params.path("arguments");
        if (!arguments.isObject() && !arguments.isMissingNode() && !arguments.isNull()) {
            throw RpcException.wrong("params.arguments must be an object.");
        }
        ObjectNode given = arguments instanceof ObjectNode object ? object : Rpc.object();
        Optional<McpTool> tool = servers.now().tool(name);
        var notes = new ArrayList<StageNote>();
        Ended ended = CRASHED;
        try {
            ended = run(from, new ToolCall(from.call().id(), name, given), params, progress);
            if (tool.isPresent()) {
                shelf.note(session, name)
                        .ifPresent(shown -> notes.add(StageNote.of(CHOICE, shown)));
            }
        } finally {
            accounts.settle(
                    from, name, tool.map(McpTool::server), ended.outcome, ended.observed, notes);
        }
        if (ended.outcome instanceof ToolOutcome.Done done) {
            shelf.learn(session, name, !done.result().error());
        }
        return switch (ended.outcome) {
            case ToolOutcome.Done done -> result(done);
            case ToolOutcome.Failed failed -> failure(failed, ended.observed);
        };
    }

    /** Calls a tool of the gateway's own, which is limited and recorded as any. */
    JsonNode ours(McpRequest from, String name, Supplier<ObjectNode> tool) {
        Ended ended = CRASHED;
        try {
            ended =
                    limited(from)
                            .map(Ended::new)
                            .orElseGet(() -> {
                                ObjectNode result = tool.get();
                                boolean error = result.path("isError").asBoolean(false);
                                return new Ended(
                                        new ToolOutcome.Done(
                                                new ToolResult(result, error),
                                                ToolOutcome.Source.CALLED,
                                                List.of()));
                            });
        } finally {
            accounts.settle(
                    from, name, Optional.of(OURS), ended.outcome, ended.observed, List.of());
        }
        return switch (ended.outcome) {
            case ToolOutcome.Done done -> done.result().value();
            case ToolOutcome.Failed failed -> text(failed.message());
        };
    }

    private static Optional<ToolOutcome.Failed> limited(McpRequest from) {
        // Not on an event loop, so that it may wait where limits are kept elsewhere.
        return from.call()
                .grant()
                .admit(from.call())
                .toCompletableFuture()
                .join()
                .map(refused ->
                        new ToolOutcome.Failed(ToolOutcome.Reason.LIMITED, refused.message()));
    }

    /**
     * Refuses a call that its client may not make, in the same way whether or not there is such a
     * tool, or that is of no tool. It counts as a request.
     */
    JsonNode refuse(McpRequest from, String name, Supplier<ToolOutcome.Failed> why)
            throws RpcException {
        // Not before: to find out why may cost more than the client has.
        ToolOutcome.Failed failed = limited(from).orElseGet(why);
        accounts.settle(
                from,
                name,
                servers.now().tool(name).map(McpTool::server),
                failed,
                Optional.empty(),
                List.of());
        return failure(failed, Optional.empty());
    }

    private Ended run(
            McpRequest from,
            ToolCall call,
            ObjectNode params,
            Optional<Consumer<ObjectNode>> progress) {
        Optional<ToolOutcome.Failed> limited = limited(from);
        if (limited.isPresent()) {
            return new Ended(limited.get());
        }
        return switch (line.prepare(call, from.owner())) {
            case Prepared.Refused refused -> new Ended(refused.why());
            case Prepared.Ready ready when ready.tool() instanceof McpTool tool -> {
                var observed = new Observed(tool, meta(params).orElseGet(Rpc::object), progress);
                var watched =
                        new Prepared.Ready(
                                observed, ready.arguments(), ready.effects(), ready.changes());
                // The server's own time is over first, and says so better.
                var context =
                        new ToolContext(
                                from.owner(),
                                tool.timeout().plus(GRACE),
                                ServerLimits.longestWait());
                ToolOutcome outcome = line.run(watched, context, false, () -> {});
                yield new Ended(inItsWords(outcome, observed), Optional.of(observed));
            }
            case Prepared.Ready other ->
                    throw new IllegalStateException(other.tool().getClass().getName());
        };
    }

    /** Why a server failed it says itself, without what was made of that on the way. */
    private static ToolOutcome inItsWords(ToolOutcome outcome, Observed observed) {
        boolean failed =
                switch (outcome) {
                    case ToolOutcome.Done done ->
                            done.result().error() && done.source() == ToolOutcome.Source.CALLED;
                    case ToolOutcome.Failed why -> why.reason() == ToolOutcome.Reason.FAILED;
                };
        if (!failed || observed.failure().isEmpty()) {
            return outcome;
        }
        Exception failure = observed.failure().get();
        return new ToolOutcome.Failed(
                failure instanceof TimeoutException
                        ? ToolOutcome.Reason.TIMEOUT
                        : ToolOutcome.Reason.FAILED,
                String.valueOf(failure.getMessage()));
    }

    /** What the client says beside the arguments, but its progress token; empty if nothing. */
    static Optional<ObjectNode> meta(ObjectNode params) {
        if (!(params.path("_meta") instanceof ObjectNode said)) {
            return Optional.empty();
        }
        ObjectNode meta = Rpc.copy(said);
        meta.remove(Rpc.PROGRESS_TOKEN);
        return meta.isEmpty() ? Optional.empty() : Optional.of(meta);
    }

    /**
     * As the server said it; what was changed of the arguments, and that it was known, beside it.
     */
    private static JsonNode result(ToolOutcome.Done done) {
        JsonNode value = done.result().value();
        boolean called = done.source() == ToolOutcome.Source.CALLED;
        if (called && done.changes().isEmpty() || !(value instanceof ObjectNode object)) {
            return value;
        }
        ObjectNode told = Rpc.copy(object);
        ObjectNode meta =
                told.path("_meta") instanceof ObjectNode theirs ? Rpc.copy(theirs) : Rpc.object();
        if (!called) {
            meta.put(Rpc.CACHE, done.source() == ToolOutcome.Source.JOINED ? "JOINED" : "HIT");
        }
        if (!done.changes().isEmpty()) {
            var changes = meta.putArray(Rpc.ARGUMENT_CHANGES);
            done.changes().forEach(changes::add);
        }
        told.set("_meta", meta);
        return told;
    }

    private static JsonNode failure(ToolOutcome.Failed failed, Optional<Observed> observed)
            throws RpcException {
        switch (failed.reason()) {
            case UNKNOWN_TOOL, DENIED -> throw RpcException.wrong(failed.message());
            case FAILED -> {
                if (observed.flatMap(Observed::failure).orElse(null) instanceof RpcException own) {
                    throw own;
                }
            }
            default -> {}
        }
        // An error of the protocol is for programs; this one is for the model, which can act on it.
        return text(failed.message());
    }

    /** A result that says that the tool failed. */
    static ObjectNode text(String message) {
        ObjectNode result = Rpc.object();
        result.putArray("content").addObject().put("type", "text").put("text", message);
        return result.put("isError", true);
    }
}
