package dev.vivace.redis;

import io.github.bucket4j.redis.lettuce.RedisApi;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.ScriptOutputType;
import java.util.function.Function;

/**
 * What Bucket4j wants of Redis, by way of a link. Generic because Bucket4j hands over an array of
 * objects as one of keys.
 */
final class BucketCommands<K> implements RedisApi<K> {
    private final RedisLink link;
    private final Function<K, byte[]> name;

    BucketCommands(RedisLink link, Function<K, byte[]> name) {
        this.link = link;
        this.name = name;
    }

    @Override
    public <V> RedisFuture<V> eval(
            String script, ScriptOutputType output, K[] keys, byte[][] arguments) {
        byte[][] names = new byte[keys.length][];
        for (int i = 0; i < keys.length; i++) {
            names[i] = name.apply(keys[i]);
        }
        return link.run(commands -> commands.eval(script, output, names, arguments));
    }

    @Override
    public RedisFuture<byte[]> get(K key) {
        return link.run(commands -> commands.get(name.apply(key)));
    }

    @Override
    public RedisFuture<?> delete(K key) {
        return link.run(commands -> commands.del(name.apply(key)));
    }
}
