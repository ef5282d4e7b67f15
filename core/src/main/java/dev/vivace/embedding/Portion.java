package dev.vivace.embedding;

import java.util.List;

/**
 * The inputs that one caller buys, on their way to an upstream call: never split, because that
 * would multiply the calls. Guarded by the gatherer's monitor.
 *
 * @param items at least one
 * @param since when the oldest of them was first asked for, by {@link System#nanoTime}
 */
record Portion(List<Item> items, long since) {
    static Portion of(List<Item> items) {
        long since = items.getFirst().since;
        for (Item item : items) {
            since = item.since - since < 0 ? item.since : since;
        }
        return new Portion(items, since);
    }

    /** Whether it has waited longer. */
    boolean olderThan(Portion other) {
        return since - other.since < 0;
    }

    int weight() {
        return items.stream().mapToInt(Item::weight).sum();
    }

    /** Drops what nobody wants any more; whether that was all of it. */
    boolean forgotten() {
        items.removeIf(item -> !item.wanted());
        return items.isEmpty();
    }
}
