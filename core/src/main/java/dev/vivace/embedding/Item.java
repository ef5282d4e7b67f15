package dev.vivace.embedding;

import dev.vivace.cache.Fingerprint;
import dev.vivace.request.EmbeddingScan;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One input on its way: whose it is, and who waits for its vector. Guarded by the gatherer's
 * monitor.
 */
final class Item {
    /** A place in a caller's answer. */
    record Place(Caller caller, int index) {}

    final Group group;

    /** Who asks for it, and has its cost on the ledger entry. */
    final Caller owner;

    /** Which of the owner's inputs it is. */
    final int index;

    final Fingerprint key;

    /** When somebody first asked for it, by {@link System#nanoTime}. */
    final long since;

    /** The upstream call that it is part of; null while it waits. */
    @Nullable Batch batch;

    /** Whether its vector is to be stored; set when its batch lands. */
    boolean stored;

    /** Those of the owner, unless it has left, and those of others who joined. */
    final List<Place> places = new ArrayList<>(1);

    Item(Group group, Caller owner, int index, Fingerprint key, long since) {
        this.group = group;
        this.owner = owner;
        this.index = index;
        this.key = key;
        this.since = since;
    }

    /** A guess: four bytes a token. Shares of what is billed are by this weight. */
    int weight() {
        EmbeddingScan.Input input = owner.scan.inputs().get(index);
        return 1 + (input.end() - input.start()) / 4;
    }

    /** Writes its value as the owner's body has it. */
    void writeTo(ByteArrayOutputStream out) {
        EmbeddingScan.Input input = owner.scan.inputs().get(index);
        out.write(owner.asked.body(), input.start(), input.end() - input.start());
    }

    boolean wanted() {
        return !places.isEmpty();
    }

    /** Whether this place is the one that it was asked for. */
    boolean isOwn(Place place) {
        return place.caller() == owner && place.index() == index;
    }

    void addPlace(Caller caller, int at) {
        places.add(new Place(caller, at));
        caller.waiting.add(this);
    }

    /** Whether this is what others with the same input find. */
    boolean joinable() {
        return group.items.get(key) == this;
    }

    /** Nobody can join it any more. */
    void close() {
        group.items.remove(key, this);
    }
}
