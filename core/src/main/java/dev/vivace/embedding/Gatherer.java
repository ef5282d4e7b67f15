package dev.vivace.embedding;

import dev.vivace.cache.CachedAnswer;
import dev.vivace.cache.ExactCache;
import dev.vivace.cache.Fingerprint;
import dev.vivace.ledger.CacheStatus;
import dev.vivace.line.Crash;
import dev.vivace.line.Decision;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Predicate;

/**
 * Brings inputs together: joins those that are under way, gathers the others into batches, and
 * lands these.
 *
 * <p>Thread-safe. Its monitor guards all groups, portions, items, batches' states and callers.
 * Nothing foreign and nothing long runs under it: what follows from a decision is collected and
 * done when the monitor is left, and what an upstream said is read before it is entered. Who looks
 * at an input under the monitor finds exactly one of: its vector in the cache, an item that can be
 * joined and whose batch will be handed out, or nothing, and then it asks itself.
 */
final class Gatherer {
    private final ExactCache cache;
    private final EmbeddingLine.Gathering caps;
    private final EmbeddingSettlement settlement;
    private final BiConsumer<Duration, Runnable> timer;
    private final Exit exit;
    private final Handout handout;
    private final Map<Fingerprint, Group> groups = new HashMap<>();

    /**
     * @param timer runs something after a while, on any thread
     */
    Gatherer(
            ExactCache cache,
            EmbeddingLine.Gathering caps,
            EmbeddingSettlement settlement,
            BiConsumer<Duration, Runnable> timer) {
        this.cache = cache;
        this.caps = caps;
        this.settlement = settlement;
        this.timer = timer;
        this.exit = new Exit(settlement);
        this.handout = new Handout(exit);
    }

    /**
     * Takes in a caller; what it lacks is joined or bought.
     *
     * @param keys one for each of its inputs
     */
    void enter(Caller caller, Fingerprint id, Fingerprint[] keys) {
        var after = new Afterwards();
        synchronized (this) {
            if (caller.status() != 0) {
                return; // it left while it was asked whether it may come in
            }
            Group group =
                    caller.looked == CacheStatus.BYPASS
                            ? new Group(id, caps)
                            : groups.computeIfAbsent(id, fresh -> new Group(fresh, caps));
            try {
                share(caller, group, keys, after);
            } catch (RuntimeException | Error e) {
                // Before anybody else sees what it left half done.
                Crash.log(caller.call.id(), "taking in an embedding call", e);
                exit.failed(caller, Crash.STATUS, Crash.MESSAGE, after);
            }
            pump(group, after);
        }
        after.run();
    }

    /** Ends a caller that may not come in; false if it has left. */
    synchronized boolean turnAway(Caller caller, Decision.Refused why) {
        return caller.end(why.status(), why.message());
    }

    private void share(Caller caller, Group group, Fingerprint[] keys, Afterwards after) {
        long now = System.nanoTime();
        var bought = new ArrayList<Item>();
        for (int i = 0; i < keys.length; i++) {
            if (caller.has(i) || caller.looked == CacheStatus.MISS && came(caller, i, keys[i])) {
                continue;
            }
            Item item = group.items.get(keys[i]);
            if (item == null || !caller.mayJoin(item)) {
                var own = new Item(group, caller, i, keys[i], now);
                own.addPlace(caller, i);
                caller.own++;
                bought.add(own);
                if (caller.looked != CacheStatus.BYPASS) {
                    group.items.put(keys[i], own);
                }
            } else {
                caller.joined += caller.waiting.contains(item) ? 0 : 1;
                item.addPlace(caller, i);
            }
        }
        if (!bought.isEmpty()) {
            group.add(new Portion(bought, now));
        }
        if (caller.complete()) {
            exit.complete(caller, after);
        }
    }

    /** Whether a vector came since the caller looked, on another thread. */
    private boolean came(Caller caller, int index, Fingerprint key) {
        var found = cache.peek(key, caller.control.maxAge());
        found.ifPresent(answer -> caller.cached(index, answer, cache.ageSeconds(answer)));
        return found.isPresent();
    }

    /** Takes a caller out that has left. */
    void leave(Caller caller) {
        var after = new Afterwards();
        synchronized (this) {
            List<Group> touched =
                    caller.waiting.stream().map(item -> item.group).distinct().toList();
            exit.left(caller, after);
            touched.forEach(group -> pump(group, after));
        }
        after.run();
    }

    /**
     * Nobody joins those inputs any more whose vectors this holds for, and these are not stored.
     */
    void forget(Predicate<CachedAnswer> which) {
        List<Item> all;
        synchronized (this) {
            all = groups.values().stream().flatMap(group -> group.items.values().stream()).toList();
        }
        // A pattern over many texts takes its time, and what it looks at does not change.
        List<Item> meant =
                all.stream().filter(item -> which.test(EmbeddingSettlement.blank(item))).toList();
        synchronized (this) {
            meant.forEach(Item::close);
        }
    }

    /** Sends what should leave now, and sets the timer for what should leave later. */
    private void pump(Group group, Afterwards after) {
        for (List<Item> batch = group.next(System.nanoTime());
                !batch.isEmpty();
                batch = group.next(System.nanoTime())) {
            launch(group, batch, after);
        }
        long wait = group.timerDue(System.nanoTime());
        if (wait > 0) {
            after.add(
                    "of a later time",
                    () -> timer.accept(Duration.ofNanos(wait), () -> deadline(group)));
        }
        if (group.idle()) {
            groups.remove(group.id, group);
        }
    }

    private void deadline(Group group) {
        var after = new Afterwards();
        synchronized (this) {
            group.timerOver();
            pump(group, after);
        }
        after.run();
    }

    private void launch(Group group, List<Item> items, Afterwards after) {
        group.departs();
        var batch = new Batch(group, items, this::land);
        for (Item item : items) {
            item.batch = batch;
            item.owner.owes();
        }
        for (Caller owner : batch.owners()) {
            owner.departures++;
            owner.gathered |= batch.owners().size() > 1;
        }
        after.add(batch.ids(), batch::start);
    }

    /** A batch has ended; runs on the thread that ended it. */
    private void land(Batch batch) {
        synchronized (this) {
            if (batch.state() != Batch.State.UNDER_WAY) {
                return;
            }
            batch.state(Batch.State.LANDING);
            batch.items().forEach(item -> item.stored = item.joinable());
        }
        Ending ending;
        List<EmbeddingSettlement.Share> shares = List.of();
        try {
            ending = batch.ending();
            if (ending instanceof Ending.Answered answered) {
                // Stored before its inputs can no longer be joined, so that each is bought once.
                shares = settlement.store(batch, answered.vectors());
            }
        } catch (RuntimeException | Error e) {
            Crash.log(batch.ids(), "the end of an upstream call for embeddings", e);
            ending = batch.unexpectedly();
        }
        var after = new Afterwards();
        synchronized (this) {
            try {
                for (List<Item> again : handout.handOut(batch, ending, shares, after)) {
                    launch(batch.group(), again, after);
                }
            } catch (RuntimeException | Error e) {
                Crash.log(batch.ids(), "handing out embeddings", e);
                handout.fail(batch, batch.unexpectedly(), after);
            }
            batch.owners().forEach(owner -> exit.settle(owner, after));
            pump(batch.group(), after);
        }
        after.run();
    }
}
