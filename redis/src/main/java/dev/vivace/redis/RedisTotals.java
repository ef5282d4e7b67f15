package dev.vivace.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.vivace.replica.SharedTotals;
import io.lettuce.core.ScriptOutputType;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Figures in Redis: each a hash with a field for every replica. What is held has the second beside
 * it in which it was written, by the clock of the server alone.
 *
 * <p>Thread-safe. What comes of an exchange comes on a thread of Lettuce or of the common pool. A
 * figure has {@link #MOST} fields at most: a replica that comes later is not written, reads the
 * others all the same, and says so in the log.
 */
public final class RedisTotals implements SharedTotals {
    /** A replica without a data directory has another name after each start. */
    static final int MOST = 1_000;

    private static final Logger LOG = LoggerFactory.getLogger(RedisTotals.class);
    private static final int TICKS_PER_FLUSH = 10;
    private static final int PER_FIGURE = 3;

    /**
     * Keys: the name of this store, then the figures. Arguments: a new name for the store, this
     * replica, the most fields, then for each figure its kind, own and seconds to keep. Answers:
     * the name of the store, then for each figure own, others, and whether there was no room.
     *
     * <p>Totals are compared as texts, and one's own is never made a number: a double of Lua is
     * exact to 9 million dollars only, which will do for the sum of others.
     */
    private static final byte[] SCRIPT =
            """
            local store = redis.call('GET', KEYS[1])
            if not store then
              store = ARGV[1]
              redis.call('SET', KEYS[1], store)
            end
            local me, most = ARGV[2], tonumber(ARGV[3])
            local now = tonumber(redis.call('TIME')[1])
            local all = {store}
            for i = 2, #KEYS do
              local key, kind = KEYS[i], ARGV[i * 3 - 2]
              local own, keep = ARGV[i * 3 - 1], tonumber(ARGV[i * 3])
              local others, full, write = 0, '', false
              local there = redis.call('HGET', key, me)
              if kind == 'TOTAL' then
                local old = there or '0'
                write = #own > #old or #own == #old and own > old
                if not write then own = old end
              else
                write = own ~= '0'
                if there and not write then redis.call('HDEL', key, me) end
              end
              if write then
                if there or redis.call('HLEN', key) < most then
                  redis.call('HSET', key, me, kind == 'TOTAL' and own or own .. ':' .. now)
                  redis.call('EXPIRE', key, keep)
                else
                  full = 'full'
                end
              end
              local fields = redis.call('HGETALL', key)
              for f = 1, #fields, 2 do
                if fields[f] ~= me then
                  if kind == 'TOTAL' then
                    others = others + tonumber(fields[f + 1])
                  else
                    local held, at = string.match(fields[f + 1], '^(%d+):(%d+)$')
                    if math.abs(now - tonumber(at)) < 60 then
                      others = others + tonumber(held)
                    else
                      redis.call('HDEL', key, fields[f])
                    end
                  end
                end
              end
              all[#all + 1] = own
              all[#all + 1] = string.format('%.0f', others)
              all[#all + 1] = full
            end
            return all
            """
                    .getBytes(UTF_8);

    private final RedisLink link;
    private final String replica;
    private final int most;
    private final byte[] store;
    private final AtomicBoolean toldFull = new AtomicBoolean();

    /**
     * @param replica a name that no other replica has
     */
    public RedisTotals(RedisLink link, String replica) {
        this(link, replica, MOST);
    }

    RedisTotals(RedisLink link, String replica, int most) {
        this.link = link;
        this.replica = replica;
        this.most = most;
        store = link.key("totals");
    }

    @Override
    public boolean up() {
        return link.health().state() == RedisHealth.State.UP;
    }

    @Override
    public void keep(Keeper keeper) {
        link.add(
                new Part() {
                    @Override
                    public void connected() {
                        keeper.connected();
                    }

                    @Override
                    public void tick(long count) {
                        if (count % TICKS_PER_FLUSH == 0 && up()) {
                            var unused = keeper.flush();
                        }
                    }

                    @Override
                    public CompletionStage<?> last() {
                        // The first may be one that is on its way since before the last change.
                        return keeper.flush().thenCompose(done -> keeper.flush());
                    }
                });
    }

    @Override
    public CompletionStage<Exchange> exchange(List<Figure> figures) {
        byte[][] keys = new byte[1 + figures.size()][];
        List<byte[]> arguments = new ArrayList<>(PER_FIGURE * keys.length);
        add(arguments, UUID.randomUUID().toString(), replica, Integer.toString(most));
        keys[0] = store;
        for (int i = 0; i < figures.size(); i++) {
            Figure each = figures.get(i);
            keys[i + 1] = link.key("total", each.name().getBytes(UTF_8));
            add(
                    arguments,
                    each.kind().name(),
                    Long.toString(each.own()),
                    Long.toString(each.keepSeconds()));
        }
        return link.<List<Object>>run(commands ->
                        commands.eval(
                                SCRIPT,
                                ScriptOutputType.MULTI,
                                keys,
                                arguments.toArray(byte[][]::new)))
                .thenApply(this::read);
    }

    private static void add(List<byte[]> to, String... texts) {
        for (String text : texts) {
            to.add(text.getBytes(UTF_8));
        }
    }

    private Exchange read(List<Object> said) {
        var sums = new ArrayList<Sum>();
        for (int i = 1; i < said.size(); i += PER_FIGURE) {
            sums.add(
                    new Sum(
                            Long.parseLong(text(said.get(i))),
                            (long) Double.parseDouble(text(said.get(i + 1)))));
            if (!text(said.get(i + 2)).isEmpty() && toldFull.compareAndSet(false, true)) {
                LOG.warn(
                        "More than {} replicas, or starts of replicas without a data directory, have spent of one"
                                + " account: what this one spends of it is not known to the others",
                        most);
            }
        }
        return new Exchange(text(said.getFirst()), List.copyOf(sums));
    }

    private static String text(Object bytes) {
        return new String((byte[]) bytes, UTF_8);
    }
}
