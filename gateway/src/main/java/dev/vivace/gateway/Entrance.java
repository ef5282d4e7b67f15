package dev.vivace.gateway;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * How many clients may be connected to all event loops, and whether more are wanted. Thread-safe.
 */
final class Entrance {
    private volatile int max;
    private final AtomicInteger inside = new AtomicInteger();
    private volatile boolean closing;
    private volatile boolean shut;

    /**
     * @param max most connections
     */
    Entrance(int max) {
        this.max = max;
    }

    /** From now on so many; who is inside stays. */
    void admit(int most) {
        max = most;
    }

    /** Whether there is room for one more, who is counted then until it {@linkplain #left left}. */
    boolean admits() {
        if (inside.incrementAndGet() <= max && !shut) {
            return true;
        }
        inside.decrementAndGet();
        return false;
    }

    /** One who was admitted is gone. */
    void left() {
        inside.decrementAndGet();
    }

    /** How many are connected. */
    int inside() {
        return inside.get();
    }

    /** From now on nobody comes in any more. */
    void shut() {
        shut = true;
    }

    /** From now on every answer is the last on its connection. */
    void close() {
        closing = true;
    }

    boolean closing() {
        return closing;
    }

    /** Sends one away who was not admitted. */
    void sendAway(Channel channel) {
        dismiss(
                channel,
                "503 Service Unavailable",
                shut
                        ? "The gateway is stopping."
                        : "There are "
                                + max
                                + " connections, as many as are allowed (server.connections).");
    }

    /**
     * Answers without having read, and closes. What is written passes by everything that the
     * connection has of HTTP.
     */
    static void dismiss(Channel channel, String status, String message) {
        channel.config().setAutoRead(false);
        byte[] body = Errors.OPENAI.body(Integer.parseInt(status.substring(0, 3)), message);
        String head =
                "HTTP/1.1 "
                        + status
                        + "\r\nConnection: close\r\nRetry-After: 1\r\nContent-Type: application/json\r\nContent-Length: "
                        + body.length
                        + "\r\n\r\n";
        channel.pipeline()
                .firstContext()
                .writeAndFlush(
                        Unpooled.wrappedBuffer(head.getBytes(StandardCharsets.US_ASCII), body))
                .addListener(ChannelFutureListener.CLOSE);
    }
}
