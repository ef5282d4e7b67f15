package dev.vivace.mcp;

import io.modelcontextprotocol.spec.McpSchema.JSONRPCMessage;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCNotification;
import java.io.IOException;
import java.util.Optional;

/** A way to one server, on which messages go both ways. Thread-safe; used for one session. */
interface Link extends AutoCloseable {
    /** Who hears of what comes; from any thread, and must not block for long. */
    interface Listener {
        void message(JSONRPCMessage message);

        /** A request has no answer and will have none; the link goes on. */
        void failed(Object requestId, String why);

        /** The link is of no use any more. Called once at most. */
        void broken(String why);
    }

    /**
     * Opens it, and may block for a moment. Called once.
     *
     * @throws IOException with a reason for people
     */
    void open(Listener listener) throws IOException;

    /**
     * Sends a message, without waiting until it has left.
     *
     * @throws IOException if it will not, with a reason for people
     */
    void send(JSONRPCMessage message) throws IOException;

    /**
     * Both sides speak this from now on, and the server is told so before anything else. May wait
     * until it has heard it.
     *
     * @throws IOException if that cannot be said, with a reason for people
     */
    default void ready(String version, JSONRPCNotification initialized) throws IOException {
        send(initialized);
    }

    /** Called now and then, to look after what stands behind it. */
    default void pulse() {}

    /**
     * What it said last of itself, for the log alone: in one line, short, and without what we gave
     * it. Asked once it is closed; waits a moment for what is on its way.
     */
    default Optional<String> lastWords() {
        return Optional.empty();
    }

    /** Nobody waits for that answer any more. */
    default void forget(Object requestId) {}

    /** Ends it, and whatever was started for it. Does not wait long. */
    @Override
    void close();
}
