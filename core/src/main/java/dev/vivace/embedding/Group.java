package dev.vivace.embedding;

import dev.vivace.cache.Fingerprint;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The inputs that may share an upstream call: same tenant, upstream, model and options. Guarded by
 * the line's monitor.
 *
 * <p>The rule: what comes while nothing is under way goes at once, alone. What comes later waits
 * for the call under way, for a full batch, or until the oldest of them has waited its time,
 * whichever is first. The time counts from the oldest, not from the last: a steady trickle must not
 * put off the first for ever.
 */
final class Group {
    final Fingerprint id;

    /** Every input that waits or is under way, by what it means. */
    final Map<Fingerprint, Item> items = new HashMap<>();

    private final int maxItems;
    private final int maxTokens;
    private final long waitNanos;
    private final ArrayDeque<Item> queue = new ArrayDeque<>();
    private int underWay;
    boolean timerSet;

    Group(Fingerprint id, int maxItems, int maxTokens, Duration wait) {
        this.id = id;
        this.maxItems = maxItems;
        this.maxTokens = maxTokens;
        this.waitNanos = wait.toNanos();
    }

    void add(Item item) {
        queue.add(item);
    }

    void departs() {
        underWay++;
    }

    void landed() {
        underWay--;
    }

    boolean idle() {
        return queue.isEmpty() && underWay == 0;
    }

    /** The next batch that should leave now; empty if none should. */
    List<Item> next(long now) {
        queue.removeIf(item -> {
            boolean forgotten = !item.wanted();
            if (forgotten) {
                items.remove(item.key, item);
            }
            return forgotten;
        });
        if (queue.isEmpty()
                || underWay > 0 && !full() && now - queue.getFirst().since < waitNanos) {
            return List.of();
        }
        var batch = new ArrayList<Item>();
        int tokens = 0;
        while (!queue.isEmpty() && batch.size() < maxItems) {
            tokens += queue.getFirst().weight();
            if (!batch.isEmpty() && tokens > maxTokens) {
                break;
            }
            batch.add(queue.remove());
        }
        return batch;
    }

    /** How long until {@link #next} should be asked again; zero if nothing waits. */
    long nanosToDeadline(long now) {
        return queue.isEmpty() ? 0 : Math.max(1, waitNanos - (now - queue.getFirst().since));
    }

    private boolean full() {
        if (queue.size() >= maxItems) {
            return true;
        }
        int tokens = 0;
        for (Item item : queue) {
            tokens += item.weight();
            if (tokens >= maxTokens) {
                return true;
            }
        }
        return false;
    }
}
