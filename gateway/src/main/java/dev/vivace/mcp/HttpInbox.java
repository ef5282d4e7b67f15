package dev.vivace.mcp;

import io.modelcontextprotocol.spec.McpSchema.JSONRPCMessage;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCResponse;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes what comes in the bodies of responses to whoever listens. Thread-safe. */
final class HttpInbox {
    private static final Logger LOG = LoggerFactory.getLogger(HttpInbox.class);

    private final String name;
    private final Link.Listener listener;

    HttpInbox(String name, Link.Listener listener) {
        this.name = name;
        this.listener = listener;
    }

    private static String tooLong() {
        return "its answer is longer than " + Rpc.LONGEST + " bytes";
    }

    /** One message, which is the answer to that request. */
    void body(InputStream body, Object asked) throws IOException {
        byte[] bytes = body.readNBytes(Rpc.LONGEST + 1);
        if (bytes.length > Rpc.LONGEST) {
            listener.failed(asked, tooLong());
        } else if (!take(bytes, Optional.of(asked))) {
            listener.failed(asked, "its answer is no valid message");
        }
    }

    /**
     * Events, up to the answer to a request or to their end.
     *
     * @param asked the request; empty if they are none's
     * @return whether its answer came
     */
    boolean events(Events events, Optional<Object> asked) throws IOException {
        for (Events.Event event = events.next(); event != null; event = events.next()) {
            if (event.cut()) {
                Optional<Object> id = MessageId.of(event.data()).or(() -> asked);
                id.ifPresent(known -> listener.failed(known, tooLong()));
                if (id.isPresent() && id.equals(asked)) {
                    return true;
                }
            } else if (take(event.data(), asked)) {
                return true;
            }
        }
        return false;
    }

    /** Whether it was the answer to that request. */
    private boolean take(byte[] bytes, Optional<Object> asked) {
        JSONRPCMessage message;
        try {
            message = Rpc.read(bytes);
        } catch (RpcException e) {
            LOG.debug("mcp server {}: sent what is no message: {}", name, e.getMessage());
            return false;
        }
        listener.message(message);
        return message instanceof JSONRPCResponse answer
                && asked.isPresent()
                && answer.id().equals(asked.get());
    }
}
