package dev.vivace.embedding;

import dev.vivace.cache.CacheControl;
import dev.vivace.cache.CacheMode;
import dev.vivace.cache.CachedAnswer;
import dev.vivace.cache.ExactCache;
import dev.vivace.cache.Fingerprint;
import dev.vivace.json.JsonException;
import dev.vivace.json.MeaningDigest;
import dev.vivace.ledger.CacheStatus;
import dev.vivace.line.Call;
import dev.vivace.line.Identity;
import dev.vivace.line.Models;
import dev.vivace.request.EmbeddingScan;
import dev.vivace.request.RequestScanner;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Function;

/**
 * What happens to an embedding call: scan, answer each input from what we have (cache, join),
 * gather the rest into batches, deliver, settle.
 *
 * <p>Thread-safe. One monitor guards all state; nothing foreign runs under it: what is to be done
 * afterwards is collected and done when it is left.
 */
public final class EmbeddingLine {
    /** How calls are gathered. */
    public record Gathering(int maxItems, int maxTokens, Duration maxWait) {}

    /** Everything that may end at once; run without the monitor. */
    static final class Later {
        private final List<Runnable> actions = new ArrayList<>();

        void add(Runnable action) {
            actions.add(action);
        }

        void run() {
            actions.forEach(Runnable::run);
        }
    }

    private final Models models;
    private final ExactCache cache;
    private final CacheMode mode;
    private final Gathering gathering;
    private final EmbeddingSettlement settlement;
    private final BiConsumer<Duration, Runnable> timer;
    private final byte[] secret;
    private final Map<Fingerprint, Group> groups = new HashMap<>();

    /**
     * @param timer runs something after a while, on any thread
     */
    public EmbeddingLine(
            Models models,
            ExactCache cache,
            CacheMode mode,
            Gathering gathering,
            EmbeddingSettlement settlement,
            BiConsumer<Duration, Runnable> timer,
            byte[] secret) {
        this.models = models;
        this.cache = cache;
        this.mode = mode;
        this.gathering = gathering;
        this.settlement = settlement;
        this.timer = timer;
        this.secret = secret.clone();
    }

    /**
     * Takes a call; its outcome goes to {@link EmbeddingCall#done}.
     *
     * @param scanner the calling thread's own
     * @param digest the calling thread's own
     * @return to be run if the caller leaves before the outcome
     */
    public Runnable ask(EmbeddingCall asked, RequestScanner scanner, MeaningDigest digest) {
        EmbeddingScan scan;
        CacheControl control;
        try {
            scan = scanner.scanEmbedding(asked.body());
            control = scan.request().control(asked.control());
        } catch (JsonException e) {
            return refuse(asked, 400, "The request body cannot be read: " + e.getMessage());
        } catch (IllegalArgumentException e) {
            return refuse(asked, 400, String.valueOf(e.getMessage()));
        }
        Models.Target target = models.resolve(scan.request().model());
        Call call = asked.call().asking(scan.request().model(), false, target.keyed());
        boolean shared =
                !control.noStore()
                        && mode != CacheMode.OFF
                        && control.mode().orElse(mode) != CacheMode.OFF;
        CacheStatus looked =
                !shared
                        ? CacheStatus.BYPASS
                        : control.refresh() ? CacheStatus.REFRESH : CacheStatus.MISS;
        var caller = new Caller(asked, call, scan, target, looked);
        Fingerprint group = group(asked, call, scan, target, control, digest);
        Fingerprint[] keys = new Fingerprint[scan.inputs().size()];
        boolean[] found = new boolean[keys.length];
        for (int i = 0; i < keys.length; i++) {
            keys[i] = key(group, scan.inputs().get(i), digest);
            if (looked == CacheStatus.MISS) {
                found[i] = gift(caller, i, cache.find(keys[i], control.maxAge()));
            }
        }
        if (control.onlyIfCached() && !caller.complete()) {
            return refuse(
                    asked,
                    504,
                    "Not every input has a stored vector, and Cache-Control: only-if-cached forbids asking for one.");
        }
        var later = new Later();
        synchronized (this) {
            if (caller.complete()) {
                finish(caller, later);
            } else if (shared) {
                enqueue(caller, groups.computeIfAbsent(group, this::newGroup), keys, found, later);
            } else {
                alone(caller, newGroup(group), keys, later);
            }
        }
        later.run();
        return () -> leave(caller);
    }

    private static Runnable refuse(EmbeddingCall asked, int status, String message) {
        asked.done().accept(new EmbeddingOutcome.Unsound(asked.call(), status, message));
        return () -> {};
    }

    private boolean gift(Caller caller, int index, Optional<CachedAnswer> stored) {
        stored.ifPresent(answer -> {
            caller.fromCache++;
            caller.gift(
                    index,
                    answer.object().orElseThrow(),
                    answer.usage().map(usage -> usage.fresh()).orElse(0L),
                    answer.costUsd(),
                    cache.ageSeconds(answer));
        });
        return stored.isPresent();
    }

    private void enqueue(
            Caller caller, Group group, Fingerprint[] keys, boolean[] found, Later later) {
        long now = System.nanoTime();
        for (int i = 0; i < keys.length; i++) {
            if (found[i]) {
                continue;
            }
            // Its vector may have come since we looked, on another thread.
            if (caller.looked == CacheStatus.MISS
                    && gift(caller, i, cache.peek(keys[i], caller.asked.control().maxAge()))) {
                continue;
            }
            Item item = group.items.get(keys[i]);
            if (item == null || caller.looked == CacheStatus.REFRESH && item.owner != caller) {
                item = newItem(caller, keys[i], i, now);
                group.items.put(keys[i], item);
                group.add(item);
                caller.own++;
            } else if (item.owner != caller) {
                caller.joined++;
            }
            item.places.add(new Item.Place(caller, i));
            caller.waiting.add(item);
        }
        if (caller.complete()) {
            finish(caller, later);
        }
        pump(group, later);
    }

    /** A call that shares nothing goes by itself, as it is. */
    private void alone(Caller caller, Group group, Fingerprint[] keys, Later later) {
        long now = System.nanoTime();
        var items = new ArrayList<Item>(keys.length);
        for (int i = 0; i < keys.length; i++) {
            Item item = newItem(caller, keys[i], i, now);
            item.places.add(new Item.Place(caller, i));
            caller.waiting.add(item);
            caller.own++;
            items.add(item);
        }
        launch(group, items, later);
    }

    private static Item newItem(Caller caller, Fingerprint key, int index, long now) {
        EmbeddingScan.Input input = caller.scan.inputs().get(index);
        return new Item(
                caller,
                key,
                Arrays.copyOfRange(caller.asked.body(), input.start(), input.end()),
                now);
    }

    private Group newGroup(Fingerprint id) {
        return new Group(id, gathering.maxItems(), gathering.maxTokens(), gathering.maxWait());
    }

    /** Sends what should leave now, and sets the timer for what should leave later. */
    private void pump(Group group, Later later) {
        for (List<Item> batch = group.next(System.nanoTime());
                !batch.isEmpty();
                batch = group.next(System.nanoTime())) {
            launch(group, batch, later);
        }
        long wait = group.nanosToDeadline(System.nanoTime());
        if (wait > 0 && !group.timerSet) {
            group.timerSet = true;
            later.add(() -> timer.accept(Duration.ofNanos(wait), () -> deadline(group)));
        }
        if (group.idle()) {
            groups.remove(group.id, group);
        }
    }

    private void deadline(Group group) {
        var later = new Later();
        synchronized (this) {
            group.timerSet = false;
            pump(group, later);
        }
        later.run();
    }

    private void launch(Group group, List<Item> items, Later later) {
        group.departs();
        var batch = new Batch(group, items, this::landed);
        for (Item item : items) {
            item.owner.gathered |= batch.owners().size() > 1;
        }
        later.add(batch::start);
    }

    /** A batch has ended; runs on the thread that ended it. */
    private void landed(Batch batch) {
        var later = new Later();
        synchronized (this) {
            batch.group().landed();
            Batch.Ending ending = batch.ending();
            switch (ending) {
                case Batch.Ending.Answered answered -> resolve(batch, answered, later);
                case Batch.Ending.Said said -> {
                    if (said.blamesInput() && batch.owners().size() > 1) {
                        // One caller's bad input must not fail the others: halves, until it is
                        // alone.
                        for (List<Item> half : batch.halves()) {
                            launch(batch.group(), half, later);
                        }
                    } else {
                        if (said.blamesInput()) {
                            adoptJoined(batch);
                        }
                        failAll(
                                batch,
                                call ->
                                        new EmbeddingOutcome.Refusal(
                                                call, said.head(), said.body()),
                                later);
                    }
                }
                case Batch.Ending.Broke broke ->
                        failAll(
                                batch,
                                call -> new EmbeddingOutcome.Failed(call, broke.failure()),
                                later);
            }
            pump(batch.group(), later);
        }
        later.run();
    }

    private void resolve(Batch batch, Batch.Ending.Answered answered, Later later) {
        List<Item> items = batch.items();
        long total = answered.vectors().promptTokens().orElseGet(() -> batch.weight());
        boolean guessed = answered.vectors().promptTokens().isEmpty();
        long[] shares = VectorAnswer.shares(total, items.stream().mapToInt(Item::weight).toArray());
        if (batch.whole()) {
            items.getFirst().owner.raw(answered.head(), answered.body());
        }
        for (int i = 0; i < items.size(); i++) {
            Item item = items.get(i);
            batch.group().items.remove(item.key, item);
            byte[] vector = answered.vectors().vectors()[i];
            double price = settlement.price(item.owner.target.model(), shares[i]);
            if (item.owner.looked != CacheStatus.BYPASS) {
                settlement.store(item, vector, shares[i], price);
            }
            deliver(item, vector, shares[i], price, guessed, later);
        }
    }

    private void deliver(
            Item item, byte[] vector, long share, double price, boolean guessed, Later later) {
        boolean paid = false;
        for (Item.Place place : List.copyOf(item.places)) {
            Caller caller = place.caller();
            if (caller == item.owner && !paid) {
                caller.bought(place.index(), vector, share, price, guessed);
                paid = true;
            } else {
                caller.gift(place.index(), vector, share, price, 0);
            }
            caller.waiting.remove(item);
            if (caller.complete()) {
                finish(caller, later);
            }
        }
    }

    private void finish(Caller caller, Later later) {
        if (caller.end()) {
            EmbeddingOutcome.Vectors outcome = caller.outcome();
            later.add(() -> {
                settlement.settled(caller, 200, "");
                caller.asked.done().accept(outcome);
            });
        }
    }

    /**
     * The upstream refused a batch of one caller. Others who joined some of its inputs did not send
     * the one that was refused, perhaps: theirs are asked for again, in their own name.
     */
    private static void adoptJoined(Batch batch) {
        for (Item item : batch.items()) {
            List<Item.Place> others =
                    item.places.stream().filter(place -> place.caller() != item.owner).toList();
            if (others.isEmpty()) {
                continue;
            }
            Caller heir = others.getFirst().caller();
            var again = new Item(heir, item.key, item.json, System.nanoTime());
            again.places.addAll(others);
            item.places.removeAll(others);
            for (Caller caller : others.stream().map(Item.Place::caller).distinct().toList()) {
                caller.waiting.remove(item);
                caller.waiting.add(again);
            }
            heir.own++;
            heir.joined--;
            batch.group().items.put(item.key, again);
            batch.group().add(again);
        }
    }

    private void failAll(Batch batch, Function<Call, EmbeddingOutcome> outcome, Later later) {
        for (Item item : batch.items()) {
            batch.group().items.remove(item.key, item);
            fail(item, outcome, later);
        }
    }

    private void fail(Item item, Function<Call, EmbeddingOutcome> outcome, Later later) {
        for (Item.Place place : List.copyOf(item.places)) {
            Caller caller = place.caller();
            if (caller.end()) {
                for (Item other : caller.waiting) {
                    if (other != item) {
                        other.places.removeIf(waiting -> waiting.caller() == caller);
                        Batch.cancelIfUnwanted(other, later);
                    }
                }
                EmbeddingOutcome end = outcome.apply(caller.call);
                later.add(() -> {
                    settlement.failed(caller, end);
                    caller.asked.done().accept(end);
                });
            }
        }
        item.places.clear();
    }

    /**
     * Takes a caller out of everything that it waits for. An upstream call that nobody waits for is
     * cancelled.
     */
    private void leave(Caller caller) {
        var later = new Later();
        synchronized (this) {
            if (!caller.end()) {
                return;
            }
            for (Item item : caller.waiting) {
                item.places.removeIf(place -> place.caller() == caller);
                Batch.cancelIfUnwanted(item, later);
            }
            later.add(() -> settlement.settled(caller, 499, "the client left"));
        }
        later.run();
    }

    private Fingerprint group(
            EmbeddingCall asked,
            Call call,
            EmbeddingScan scan,
            Models.Target target,
            CacheControl control,
            MeaningDigest digest) {
        return new Identity(asked.path(), call.tenant(), target, control.scope(), asked.headers())
                .key(scan.request().digest(), digest, secret);
    }

    private Fingerprint key(Fingerprint group, EmbeddingScan.Input input, MeaningDigest digest) {
        digest.reset();
        digest.text(group.bytes());
        digest.text(input.digest());
        return Fingerprint.of(digest.finish(secret));
    }
}
