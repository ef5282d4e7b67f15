package dev.vivace.embedding;

import dev.vivace.answer.Head;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Gives what became of a batch to those who wait for it. Used under the gatherer's monitor.
 *
 * <p>One caller's bad input must not fail the others: a batch of several that the upstream blames
 * on its input is asked again in halves, until the one is alone.
 */
final class Handout {
    private final Exit exit;

    Handout(Exit exit) {
        this.exit = exit;
    }

    /**
     * Hands out.
     *
     * @param prices of the items, if they were answered
     * @return batches to be sent at once
     */
    List<List<Item>> handOut(
            Batch batch, Ending ending, List<EmbeddingSettlement.Share> shares, Afterwards after) {
        List<List<Item>> again = List.of();
        exit.over(batch);
        switch (ending) {
            case Ending.Answered answered -> vectors(batch, answered, shares, after);
            case Ending.Said said -> {
                if (said.blamesInput() && batch.owners().size() > 1) {
                    again = halves(batch);
                } else {
                    if (said.blamesInput() && batch.items().size() > 1) {
                        // Those who joined some of its inputs did not send the one that was
                        // refused, perhaps.
                        exit.inherit(batch.items());
                    }
                    refuse(batch, said, after);
                }
            }
            case Ending.Broke broke -> fail(batch, broke, after);
        }
        return again;
    }

    private void vectors(
            Batch batch,
            Ending.Answered answered,
            List<EmbeddingSettlement.Share> shares,
            Afterwards after) {
        if (batch.whole()) {
            batch.leader().raw(answered.head(), answered.body());
        }
        boolean guessed = answered.vectors().promptTokens().isEmpty();
        for (int i = 0; i < shares.size(); i++) {
            batch.items().get(i).owner.buys(shares.get(i).tokens(), guessed);
        }
        for (int i = 0; i < shares.size(); i++) {
            Item item = batch.items().get(i);
            item.close();
            deliver(item, shares.get(i), after);
        }
    }

    private void deliver(Item item, EmbeddingSettlement.Share share, Afterwards after) {
        for (Item.Place place : item.places) {
            Caller caller = place.caller();
            if (item.isOwn(place)) {
                caller.fill(place.index(), share.vector());
            } else {
                caller.gift(place.index(), share.vector(), share.tokens(), share.costUsd());
            }
            caller.waiting.remove(item);
            if (caller.complete()) {
                exit.complete(caller, after);
            }
        }
    }

    /**
     * Without what nobody wants any more; those whose owner has left wait in their heirs' names.
     */
    private List<List<Item>> halves(Batch batch) {
        var orphans = new ArrayList<Item>();
        var owned = new ArrayList<Item>();
        for (Item item : batch.items()) {
            if (!item.wanted()) {
                item.close();
            } else if (item.places.stream().anyMatch(item::isOwn)) {
                owned.add(item);
            } else {
                orphans.add(item);
            }
        }
        exit.inherit(orphans);
        List<Caller> owners = owned.stream().map(item -> item.owner).distinct().toList();
        List<Caller> some = owners.subList(0, (owners.size() + 1) / 2);
        var one = new ArrayList<Item>();
        var other = new ArrayList<Item>();
        for (Item item : owned) {
            (some.contains(item.owner) ? one : other).add(item);
        }
        var halves = new ArrayList<List<Item>>(List.of(one, other));
        halves.removeIf(List::isEmpty);
        return halves;
    }

    /** The rest of the head is about the one upstream call, and so for the one who made it. */
    private void refuse(Batch batch, Ending.Said said, Afterwards after) {
        Head shared =
                new Head(
                        said.head().status(),
                        said.head().headers().stream()
                                .filter(header ->
                                        header.is("content-type") || header.is("content-encoding"))
                                .toList());
        forEachWaiting(
                batch,
                caller -> {
                    Head head = caller == batch.leader() ? said.head() : shared;
                    var refusal =
                            new EmbeddingOutcome.Refusal(
                                    caller.call, caller.cache(), head, said.body());
                    exit.refused(caller, refusal, after);
                });
    }

    /** Nobody gets an answer. Harmless a second time. */
    void fail(Batch batch, Ending.Broke broke, Afterwards after) {
        if (broke.bought()) {
            batch.items().forEach(item -> item.owner.buys(item.weight(), true));
        }
        forEachWaiting(
                batch, caller -> exit.failed(caller, broke.status(), broke.message(), after));
    }

    private static void forEachWaiting(Batch batch, Consumer<Caller> end) {
        for (Item item : batch.items()) {
            item.close();
            List.copyOf(item.places).forEach(place -> end.accept(place.caller()));
        }
    }
}
