package dev.vivace.embedding;

import dev.vivace.line.Crash;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;

/**
 * The end of a caller, whichever it is: takes it out of everything that it waits for, tells it, and
 * writes its one ledger entry. Used under the gatherer's monitor.
 *
 * <p>An entry waits until the upstream calls that its caller caused are back, because somebody has
 * to pay for them, also where the caller has left and others get the vectors.
 */
final class Exit {
    /** The status in the ledger of a call whose client left, as nginx has it. */
    private static final int CLIENT_LEFT = 499;

    private final EmbeddingSettlement settlement;

    Exit(EmbeddingSettlement settlement) {
        this.settlement = settlement;
    }

    /** It has all its vectors. */
    void complete(Caller caller, Afterwards after) {
        if (caller.end(200, "")) {
            settle(caller, after);
            // Megabytes, perhaps: not under the monitor.
            after.add(caller.call.id(), () -> tell(caller));
        }
    }

    private void tell(Caller caller) {
        EmbeddingOutcome outcome;
        try {
            outcome = caller.outcome(settlement.costUsd(caller));
        } catch (RuntimeException | Error e) {
            Crash.log(caller.call.id(), "the answer to an embedding call", e);
            outcome =
                    new EmbeddingOutcome.Failed(
                            caller.call, caller.cache(), Crash.STATUS, Crash.MESSAGE);
        }
        caller.asked.done().accept(outcome);
    }

    /** It gets what the upstream said instead of vectors. */
    void refused(Caller caller, EmbeddingOutcome.Refusal refusal, Afterwards after) {
        if (caller.end(refusal.head().status(), "")) {
            forsake(caller, after);
            settle(caller, after);
            after.add(caller.call.id(), () -> caller.asked.done().accept(refusal));
        }
    }

    /** It gets no answer. */
    void failed(Caller caller, int status, String message, Afterwards after) {
        if (caller.end(status, message)) {
            var failed = new EmbeddingOutcome.Failed(caller.call, caller.cache(), status, message);
            forsake(caller, after);
            settle(caller, after);
            after.add(caller.call.id(), () -> caller.asked.done().accept(failed));
        }
    }

    /** It wants nothing any more. */
    void left(Caller caller, Afterwards after) {
        if (caller.end(CLIENT_LEFT, "the client left")) {
            forsake(caller, after);
            settle(caller, after);
        }
    }

    /** Writes the ledger entry, if it is due. */
    void settle(Caller caller, Afterwards after) {
        if (caller.due()) {
            after.add(caller.call.id(), () -> settlement.settled(caller));
        }
    }

    private void forsake(Caller caller, Afterwards after) {
        var orphans = new ArrayList<Item>();
        var batches = new LinkedHashSet<Batch>();
        for (Item item : caller.waiting) {
            item.places.removeIf(place -> place.caller() == caller);
            Batch batch = item.batch;
            if (batch != null) {
                // Looked at once, below: it may have as many items as this caller waits for.
                batches.add(batch);
            } else if (!item.wanted()) {
                item.close();
            } else if (item.owner == caller) {
                orphans.add(item);
            }
        }
        caller.waiting.clear();
        batches.forEach(batch -> cancelIfUnwanted(batch, after));
        inherit(orphans);
    }

    /** Ends an upstream call that nobody waits for any more. Who comes now asks again. */
    private void cancelIfUnwanted(Batch batch, Afterwards after) {
        if (batch.state() != Batch.State.UNDER_WAY
                || batch.items().stream().anyMatch(Item::wanted)) {
            return;
        }
        boolean bought = batch.departed();
        over(batch);
        for (Item item : batch.items()) {
            item.close();
            if (bought) {
                item.owner.buys(item.weight(), true);
            }
        }
        batch.owners().forEach(owner -> settle(owner, after));
        after.add(batch.ids(), batch::close);
    }

    /** The batch is off the upstream, and its owners owe nothing for it any more. */
    void over(Batch batch) {
        if (batch.state() == Batch.State.OVER) {
            return;
        }
        batch.state(Batch.State.OVER);
        batch.group().landed();
        batch.items().forEach(item -> item.owner.owesNoMore());
    }

    /**
     * Inputs whose owner is gone, or is refused, and that others joined: these ask for them in
     * their own name, and have waited as long as these inputs have.
     */
    void inherit(List<Item> orphans) {
        Map<Caller, List<Item>> portions = new LinkedHashMap<>();
        for (Item item : orphans) {
            List<Item.Place> others =
                    item.places.stream().filter(place -> place.caller() != item.owner).toList();
            if (others.isEmpty()) {
                continue;
            }
            Item.Place first = others.getFirst();
            Caller heir = first.caller();
            var again = new Item(item.group, heir, first.index(), item.key, item.since);
            for (Item.Place place : others) {
                place.caller().waiting.remove(item);
                again.addPlace(place.caller(), place.index());
            }
            item.places.removeIf(place -> place.caller() != item.owner);
            heir.own++;
            heir.joined--;
            item.group.items.replace(item.key, item, again);
            portions.computeIfAbsent(heir, nobody -> new ArrayList<>()).add(again);
        }
        portions.values().forEach(items -> items.getFirst().group.add(Portion.of(items)));
    }
}
