package dev.vivace.mcp;

import dev.vivace.line.Crash;
import io.modelcontextprotocol.spec.McpSchema;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCMessage;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCNotification;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCRequest;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCResponse;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The protocol's transport: what a POST, a GET and a DELETE at {@code /mcp} mean. Begins sessions,
 * finds that of each request, and hands its {@link Requests} what is asked in it. Thread-safe.
 */
final class StreamableHttp {
    private static final int NO_ROOM = -32_000;
    private static final int LONGEST_CLIENT = 200;

    /** Of who has no session no more is read: it can only begin one. */
    private static final int LONGEST_HELLO = 64 << 10;

    private final Sessions sessions;
    private final Requests requests;
    private volatile boolean quiet;
    private volatile boolean ending;

    StreamableHttp(Sessions sessions, Requests requests) {
        this.sessions = sessions;
        this.requests = requests;
    }

    /**
     * A POST: one message.
     *
     * @param done as {@link McpHub#post} has it
     */
    void post(McpRequest request, byte[] body, McpReply reply, Runnable done) {
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

    /** A GET: somebody wants to hear what nobody asks for. */
    void listen(McpRequest request, McpReply reply) {
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

    /** A DELETE: somebody ends a session. */
    void end(McpRequest request, McpReply reply) {
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
    static byte[] problem(int code, String message) {
        ObjectNode answer = Rpc.object().put("jsonrpc", "2.0").putNull("id");
        answer.putObject("error").put("code", code).put("message", message);
        return Rpc.JSON.writeValueAsBytes(answer);
    }

    /** Nobody listens any more. */
    void quiet() {
        quiet = true;
        sessions.all().forEach(Session::deaf);
    }

    /** No session begins any more, and nobody listens who does not yet. */
    void ends() {
        ending = true;
    }
}
