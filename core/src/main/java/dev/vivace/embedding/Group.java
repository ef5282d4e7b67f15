package dev.vivace.embedding;

import dev.vivace.cache.Fingerprint;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The inputs that may share an upstream call: same tenant, upstream, model and options. Guarded by
 * the gatherer's monitor.
 *
 * <p>The rule: what comes while nothing is under way goes at once, alone. What comes later waits
 * for the call under way, for a full batch, or until the oldest of them has waited its time,
 * whichever is first. The time counts from the oldest, not from the last: a steady trickle must not
 * put off the first for ever.
 *
 * <p>The caps bound what is merged. One caller's portion that is larger by itself goes alone.
 */
final class Group {
    final Fingerprint id;

    /** Every input that can be joined, waiting or under way, by what it means. */
    final Map<Fingerprint, Item> items = new HashMap<>();

    private final EmbeddingLine.Gathering caps;
    private final ArrayDeque<Portion> queue = new ArrayDeque<>();
    private int underWay;
    boolean timerSet;

    Group(Fingerprint id, EmbeddingLine.Gathering caps) {
        this.id = id;
        this.caps = caps;
    }

    void add(Portion portion) {
        queue.add(portion);
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

    /** The inputs that should leave now as one upstream call; empty if none should. */
    List<Item> next(long now) {
        queue.removeIf(Portion::forgotten);
        var batch = new ArrayList<Item>();
        int portions = 0;
        long tokens = 0;
        boolean full = false;
        for (Portion portion : queue) {
            int size = batch.size() + portion.items().size();
            tokens += portion.weight();
            boolean fits = size <= caps.maxItems() && tokens <= caps.maxTokens();
            if (fits || portions == 0) {
                batch.addAll(portion.items());
                portions++;
            }
            full = size >= caps.maxItems() || tokens >= caps.maxTokens();
            if (full) {
                break;
            }
        }
        if (portions == 0 || underWay > 0 && !full && untilDeadline(now) > 0) {
            return List.of();
        }
        for (; portions > 0; portions--) {
            queue.remove();
        }
        return batch;
    }

    /** How long until {@link #next} should be asked again; zero if nothing waits. */
    long nanosToDeadline(long now) {
        return queue.isEmpty() ? 0 : Math.max(1, untilDeadline(now));
    }

    private long untilDeadline(long now) {
        return caps.maxWait().toNanos() - (now - queue.getFirst().since());
    }
}
