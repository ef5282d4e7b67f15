package dev.vivace.mcp;

import java.util.Optional;

/**
 * Where the answer to one HTTP request goes: one body, or a stream of events. From any thread; what
 * comes after the end is dropped, as is what comes when the client is gone.
 */
public interface McpReply {
    /** Whether its client takes a stream. */
    boolean streams();

    /** One body, and the end. After an event it becomes the last event. */
    void answer(int status, byte[] json, Optional<String> session);

    /** Nothing but a status, and the end; after an event only the end. */
    void empty(int status);

    /** Begins a stream, if none has begun. */
    void open();

    /** An event; begins a stream if none has begun. */
    void event(byte[] json);

    /**
     * Whether the client does not take what was written, so that what can be left out should be.
     */
    boolean full();

    /**
     * Has something run once the client takes what is written; at once if it does, never if it is
     * gone before. For little, and a few at a time.
     */
    void whenRoom(Runnable action);

    /** Has something run when the client is gone or the answer has ended; at once if it is so. */
    void onEnd(Runnable action);
}
