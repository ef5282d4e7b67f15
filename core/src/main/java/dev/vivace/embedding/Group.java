package dev.vivace.embedding;

import dev.vivace.cache.Fingerprint;
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

    /** The oldest first. */
    private final List<Portion> queue = new ArrayList<>();

    private int underWay;
    private boolean timerSet;
    private long timerAt;

    Group(Fingerprint id, EmbeddingLine.Gathering caps) {
        this.id = id;
        this.caps = caps;
    }

    void add(Portion portion) {
        int at = queue.size();
        while (at > 0 && portion.olderThan(queue.get(at - 1))) {
            at--;
        }
        queue.add(at, portion);
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
        queue.subList(0, portions).clear();
        return batch;
    }

    /**
     * How long until {@link #next} should be asked again; zero if nothing waits, or a timer is set
     * that runs out by then.
     */
    long timerDue(long now) {
        if (queue.isEmpty()) {
            return 0;
        }
        long wait = Math.max(1, untilDeadline(now));
        if (timerSet && timerAt - (now + wait) <= 0) {
            return 0;
        }
        timerSet = true;
        timerAt = now + wait;
        return wait;
    }

    /** A timer has run out. */
    void timerOver() {
        timerSet = false;
    }

    private long untilDeadline(long now) {
        return caps.maxWait().toNanos() - (now - queue.getFirst().since());
    }
}
