package dev.vivace.redis;

import io.lettuce.core.RedisChannelHandler;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisConnectionStateListener;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.util.concurrent.CompletionStage;

/**
 * The two connections of a link, which live and die together: one for commands, one for messages.
 */
record Session(
        StatefulRedisConnection<byte[], byte[]> commands,
        StatefulRedisPubSubConnection<byte[], byte[]> messages) {

    static CompletionStage<Session> open(RedisClient client, RedisURI uri) {
        return client.connectAsync(ByteArrayCodec.INSTANCE, uri)
                .thenCompose(commands ->
                        client.connectPubSubAsync(ByteArrayCodec.INSTANCE, uri)
                                .thenApply(messages -> new Session(commands, messages))
                                .whenComplete((session, failure) -> {
                                    if (failure != null) {
                                        commands.closeAsync();
                                    }
                                }));
    }

    /**
     * @param message runs for every message on the channel
     * @param lost runs when either connection is broken, more than once perhaps
     */
    void watch(byte[] channel, Runnable message, Runnable lost) {
        var listener =
                new RedisConnectionStateListener() {
                    @Override
                    public void onRedisDisconnected(RedisChannelHandler<?, ?> connection) {
                        lost.run();
                    }
                };
        commands.addListener(listener);
        messages.addListener(listener);
        messages.addListener(
                new RedisPubSubAdapter<byte[], byte[]>() {
                    @Override
                    public void message(byte[] from, byte[] text) {
                        message.run();
                    }
                });
        messages.async().subscribe(channel);
        if (!isOpen(commands) || !isOpen(messages)) {
            lost.run();
        }
    }

    private static boolean isOpen(StatefulConnection<?, ?> connection) {
        return connection.isOpen();
    }

    void close() {
        commands.closeAsync();
        messages.closeAsync();
    }
}
