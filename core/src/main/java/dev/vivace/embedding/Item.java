package dev.vivace.embedding;

import dev.vivace.cache.Fingerprint;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One input on its way: whose it is, and who waits for its vector. Guarded by the line's monitor.
 */
final class Item {
    /** A place in a caller's answer. */
    record Place(Caller caller, int index) {}

    final Caller owner;
    final Fingerprint key;

    /** Its value as the owner's body has it. */
    final byte[] json;

    /** When it began to wait, by {@link System#nanoTime}. */
    final long since;

    /** The upstream call that it is part of; null while it waits. */
    @Nullable Batch batch;

    final List<Place> places = new ArrayList<>(1);

    Item(Caller owner, Fingerprint key, byte[] json, long since) {
        this.owner = owner;
        this.key = key;
        this.json = json;
        this.since = since;
    }

    /** A guess: four bytes a token. Shares of what is billed are by this weight. */
    int weight() {
        return 1 + json.length / 4;
    }

    boolean wanted() {
        return !places.isEmpty();
    }
}
