package dev.vivace.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.lettuce.core.ScriptOutputType;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * One round trip for many counters: writes this replica's totals, and reads everybody's. A field is
 * {@code TOTAL:ORDER}; an older one never replaces a newer one, for a connection that broke may be
 * read to its end after its successor has begun.
 */
final class CounterFlush {
    /** Keys: the counters. Arguments: for each its field, total or nothing, order, and expiry. */
    private static final byte[] SCRIPT =
            """
            local all = {}
            for i, key in ipairs(KEYS) do
              local field, total = ARGV[i * 4 - 3], ARGV[i * 4 - 2]
              if total ~= '' then
                local order, expiry = tonumber(ARGV[i * 4 - 1]), tonumber(ARGV[i * 4])
                local old = redis.call('HGET', key, field)
                if not old or tonumber(string.match(old, ':(%d+)$')) < order then
                  redis.call('HSET', key, field, total .. ':' .. ARGV[i * 4 - 1])
                end
                if redis.call('TTL', key) < expiry then
                  redis.call('EXPIRE', key, expiry)
                end
              end
              all[i] = redis.call('HVALS', key)
            end
            return all
            """
                    .getBytes(UTF_8);

    private final List<byte[]> keys = new ArrayList<>();
    private final List<byte[]> arguments = new ArrayList<>();

    /** Only reads. */
    void read(byte[] key, String field) {
        keys.add(key);
        add(field, "", "", "");
    }

    /**
     * @param order grows with each writing
     * @param expirySeconds at least so long Redis keeps the counter from now on
     */
    void write(byte[] key, String field, long total, long order, long expirySeconds) {
        keys.add(key);
        add(field, Long.toString(total), Long.toString(order), Long.toString(expirySeconds));
    }

    private void add(String... texts) {
        for (String text : texts) {
            arguments.add(text.getBytes(UTF_8));
        }
    }

    /** The sums, in the order of the keys. */
    CompletionStage<List<Long>> run(RedisLink link) {
        return link.<List<Object>>run(commands ->
                        commands.eval(
                                SCRIPT,
                                ScriptOutputType.MULTI,
                                keys.toArray(byte[][]::new),
                                arguments.toArray(byte[][]::new)))
                .thenApply(replies -> replies.stream().map(CounterFlush::sum).toList());
    }

    private static Long sum(Object fields) {
        long sum = 0;
        for (Object field : (List<?>) fields) {
            String text = new String((byte[]) field, UTF_8);
            sum += Long.parseLong(text, 0, text.indexOf(':'), 10);
        }
        return sum;
    }
}
