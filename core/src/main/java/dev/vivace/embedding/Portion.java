package dev.vivace.embedding;

import java.util.List;

/**
 * The inputs that one caller buys, on their way to an upstream call: never split, because that
 * would multiply the calls. Guarded by the gatherer's monitor.
 *
 * @param items at least one
 * @param since when it began to wait, by {@link System#nanoTime}
 */
record Portion(List<Item> items, long since) {
    int weight() {
        return items.stream().mapToInt(Item::weight).sum();
    }

    /** Drops what nobody wants any more; whether that was all of it. */
    boolean forgotten() {
        items.removeIf(item -> !item.wanted());
        return items.isEmpty();
    }
}
