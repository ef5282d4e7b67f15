package dev.vivace.mcp;

import io.modelcontextprotocol.spec.McpSchema;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCMessage;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCNotification;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCRequest;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCResponse;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCResponse.JSONRPCError;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** One session with a server: asks, hears, and tells it when nobody waits any more. Thread-safe. */
final class Peer implements Link.Listener, AutoCloseable {
    /** Who is told what nobody asked for; must not block for long. */
    interface Ears {
        void notified(JSONRPCNotification notification);

        void broken(String why);
    }

    private static final Logger LOG = LoggerFactory.getLogger(Peer.class);
    private static final int MOST_PENDING = 10_000;

    private record Pending(
            CompletableFuture<JsonNode> answer, Optional<Consumer<ObjectNode>> progress) {}

    private final String name;
    private final Link link;
    private final Ears ears;
    private final AtomicLong ids = new AtomicLong();
    private final Map<Object, Pending> pending = new ConcurrentHashMap<>();
    private volatile Optional<IOException> gone = Optional.empty();

    Peer(String name, Link link, Ears ears) {
        this.name = name;
        this.link = link;
        this.ears = ears;
    }

    /**
     * Asks, and blocks until there is an answer. Whoever is interrupted or waits for too long no
     * longer wants it, and the server is told.
     *
     * @param progress hears what the server says about how far it is; empty if nobody wants to know
     * @throws RpcException the server's own error
     * @throws IOException if there will be no answer, with a reason for people
     * @throws TimeoutException if it took too long
     */
    JsonNode ask(
            String method,
            ObjectNode params,
            Duration longest,
            Optional<Consumer<ObjectNode>> progress)
            throws RpcException, IOException, TimeoutException, InterruptedException {
        if (pending.size() >= MOST_PENDING) {
            throw new IOException("too many calls of it are under way");
        }
        long id = ids.incrementAndGet();
        ObjectNode sent = params;
        if (progress.isPresent()) {
            sent = params.deepCopy();
            sent.withObjectProperty("_meta").put(Rpc.PROGRESS_TOKEN, id);
        }
        var waiting = new Pending(new CompletableFuture<>(), progress);
        pending.put(id, waiting);
        try {
            if (gone.isPresent()) {
                throw gone.get(); // before it is sent: it could be done, and be told as failed
            }
            link.send(new JSONRPCRequest(method, id, sent));
            gone.ifPresent(waiting.answer::completeExceptionally);
            return waiting.answer.get(longest.toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RpcException theirs) {
                throw theirs;
            }
            if (e.getCause() instanceof IOException broken) {
                throw broken;
            }
            throw new IOException("it has no answer", e);
        } catch (InterruptedException e) {
            giveUp(id, "nobody waits for it any more");
            throw e;
        } catch (TimeoutException e) {
            giveUp(id, "it took too long");
            throw e;
        } finally {
            pending.remove(id);
        }
    }

    private void giveUp(long id, String why) {
        try {
            tell(Rpc.CANCELLED, Rpc.object().put("requestId", id).put("reason", why));
        } catch (IOException e) {
            LOG.debug("mcp server {}: was not told that a call is cancelled", name);
        }
        link.forget(id);
    }

    /** Tells something that has no answer. */
    void tell(String method, ObjectNode params) throws IOException {
        link.send(new JSONRPCNotification(method, params));
    }

    @Override
    public void message(JSONRPCMessage message) {
        switch (message) {
            case JSONRPCResponse answer -> answered(answer);
            case JSONRPCNotification told
                    when told.method().equals(McpSchema.METHOD_NOTIFICATION_PROGRESS) ->
                    progressed(Rpc.params(told));
            case JSONRPCNotification told -> ears.notified(told);
            case JSONRPCRequest asked -> asked(asked);
            default -> LOG.debug("mcp server {}: sent what nobody knows", name);
        }
    }

    private void answered(JSONRPCResponse answer) {
        Pending waiting = pending.remove(answer.id());
        if (waiting == null) {
            LOG.debug("mcp server {}: answered what nobody waits for", name);
        } else if (answer.error() != null) {
            waiting.answer.completeExceptionally(new RpcException(answer.error()));
        } else {
            waiting.answer.complete((JsonNode) answer.result());
        }
    }

    private void progressed(ObjectNode params) {
        JsonNode token = params.path(Rpc.PROGRESS_TOKEN);
        if (token.isIntegralNumber() && token.canConvertToLong()) {
            Pending waiting = pending.get(token.asLong());
            if (waiting != null) {
                waiting.progress.ifPresent(hears -> hears.accept(params));
            }
        }
    }

    /** It may ask whether we are there; for all else it would need a client that is a person's. */
    private void asked(JSONRPCRequest request) {
        JSONRPCResponse answer =
                request.method().equals(McpSchema.METHOD_PING)
                        ? JSONRPCResponse.result(request.id(), Rpc.object())
                        : JSONRPCResponse.error(
                                request.id(),
                                new JSONRPCError(
                                        McpSchema.ErrorCodes.METHOD_NOT_FOUND,
                                        "This client does not take " + request.method() + "."));
        try {
            link.send(answer);
        } catch (IOException e) {
            LOG.debug("mcp server {}: has no answer to what it asked", name);
        }
    }

    @Override
    public void failed(Object requestId, String why) {
        Pending waiting = pending.remove(requestId);
        if (waiting != null) {
            waiting.answer.completeExceptionally(new IOException(why));
        }
    }

    @Override
    public void broken(String why) {
        abandon(new IOException(why));
        ears.broken(why);
    }

    /** Ends it although nothing is wrong with it. */
    void end(String why) {
        abandon(new DownException(why));
        ears.broken(why);
    }

    private void abandon(IOException why) {
        gone = Optional.of(why);
        for (Object id : pending.keySet()) {
            Pending waiting = pending.remove(id);
            if (waiting != null) {
                waiting.answer.completeExceptionally(why);
            }
        }
    }

    /** Whoever still waits has no answer. */
    @Override
    public void close() {
        abandon(gone.orElseGet(() -> new IOException("its session has ended")));
    }
}
