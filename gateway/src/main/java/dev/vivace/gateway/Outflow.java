package dev.vivace.gateway;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;
import io.vertx.core.http.HttpClientConnection;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.impl.UnpooledHttpClientConnection;
import io.vertx.core.net.impl.ConnectionBase;

/** How the bytes that were written to a connection move into its socket. */
final class Outflow {
    private final Channel channel;
    private long pending;
    private long progress;

    Outflow(Channel channel) {
        this.channel = channel;
        moved();
    }

    static Channel of(HttpConnection fromClient) {
        return ((ConnectionBase) fromClient).channel();
    }

    static Channel of(HttpClientConnection toUpstream) {
        return ((UnpooledHttpClientConnection) toUpstream)
                .unwrap()
                .channelHandlerContext()
                .channel();
    }

    /** Whether anything has moved since this was asked last. */
    boolean moved() {
        ChannelOutboundBuffer buffer = channel.unsafe().outboundBuffer();
        long pendingNow = buffer == null ? 0 : buffer.totalPendingWriteBytes();
        long progressNow = buffer == null ? 0 : buffer.currentProgress();
        boolean moved = pendingNow != pending || progressNow != progress;
        pending = pendingNow;
        progress = progressNow;
        return moved;
    }

    /** What was left in it when {@link #moved} was asked last. */
    long bytes() {
        return pending;
    }

    /** Whether nothing was left in it when {@link #moved} was asked last. */
    boolean empty() {
        return pending == 0;
    }
}
