package dev.vivace.embedding;

import dev.vivace.answer.Usage;
import dev.vivace.cache.CachedAnswer;
import dev.vivace.cache.ExactCache;
import dev.vivace.cache.SecondLevel;
import dev.vivace.json.JsonReader;
import dev.vivace.ledger.LedgerEntry;
import dev.vivace.ledger.Money;
import dev.vivace.ledger.Price;
import dev.vivace.ledger.StageNote;
import dev.vivace.ledger.Times;
import dev.vivace.ledger.Tokens;
import dev.vivace.line.Settlement;
import dev.vivace.request.EmbeddingScan;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;

/** The end of every embedding call: stores vectors, writes the ledger. Thread-safe. */
public final class EmbeddingSettlement {
    private static final int MAX_QUESTION = 1_000;

    private final ExactCache cache;
    private final Duration ttl;
    private final Function<String, Optional<Price>> prices;
    private final Consumer<LedgerEntry> ledger;
    private final InstantSource clock;
    private final Optional<SecondLevel> second;

    public EmbeddingSettlement(
            ExactCache cache,
            Duration ttl,
            Function<String, Optional<Price>> prices,
            Consumer<LedgerEntry> ledger,
            InstantSource clock) {
        this(cache, ttl, prices, ledger, clock, Optional.empty());
    }

    /**
     * @param second where replicas find what is stored
     */
    public EmbeddingSettlement(
            ExactCache cache,
            Duration ttl,
            Function<String, Optional<Price>> prices,
            Consumer<LedgerEntry> ledger,
            InstantSource clock,
            Optional<SecondLevel> second) {
        this.second = second;
        this.cache = cache;
        this.ttl = ttl;
        this.prices = prices;
        this.ledger = ledger;
        this.clock = clock;
    }

    /**
     * What one input's vector took.
     *
     * @param vector as the upstream wrote it
     * @param tokens its part of what was billed
     */
    record Share(byte[] vector, long tokens, double costUsd) {}

    /** Splits a batch's bill and stores its vectors; must be called before they are handed out. */
    List<Share> store(Batch batch, VectorAnswer answer) {
        int[] weights = batch.items().stream().mapToInt(Item::weight).toArray();
        long total =
                answer.promptTokens().orElseGet(() -> Arrays.stream(weights).asLongStream().sum());
        long[] tokens = VectorAnswer.shares(total, weights);
        var shares = new ArrayList<Share>(weights.length);
        for (int i = 0; i < weights.length; i++) {
            Item item = batch.items().get(i);
            var share =
                    new Share(
                            answer.vectors()[i],
                            tokens[i],
                            price(item.owner.target.model(), tokens[i]));
            shares.add(share);
            if (item.stored) {
                store(item, share);
            }
        }
        return shares;
    }

    private void store(Item item, Share share) {
        Caller owner = item.owner;
        CachedAnswer entry =
                entry(
                        item,
                        clock.millis(),
                        owner.control.ttl().orElse(ttl),
                        Optional.of(new Usage(share.tokens(), 0, 0)),
                        share.costUsd(),
                        Optional.of(share.vector()));
        if (cache.store(item.key, entry, owner.call.arrived())) {
            second.ifPresent(level -> level.put(item.key, entry));
        }
    }

    /** The entry before there is a vector: enough to tell whether an invalidation means it. */
    static CachedAnswer blank(Item item) {
        return entry(item, 0, Duration.ZERO, Optional.empty(), 0, Optional.empty());
    }

    private static CachedAnswer entry(
            Item item,
            long storedAt,
            Duration ttl,
            Optional<Usage> usage,
            double costUsd,
            Optional<byte[]> vector) {
        Caller owner = item.owner;
        return new CachedAnswer(
                storedAt,
                ttl,
                owner.target.model(),
                owner.control.scope(),
                owner.control.tags(),
                question(item),
                usage,
                costUsd,
                vector,
                Optional.empty());
    }

    /** The text, or the tokens as they were written; its beginning, if it is long. */
    private static String question(Item item) {
        byte[] body = item.owner.asked.body();
        EmbeddingScan.Input input = item.owner.scan.inputs().get(item.index);
        if (body[input.start()] != '"') {
            int length = Math.min(input.end() - input.start(), MAX_QUESTION);
            return new String(body, input.start(), length, StandardCharsets.US_ASCII);
        }
        String text = new JsonReader(body, input.start(), input.end()).string();
        return text.length() > MAX_QUESTION ? text.substring(0, MAX_QUESTION) : text;
    }

    private double price(String model, long tokens) {
        return prices.apply(model)
                .map(price -> price.of(new Tokens(tokens, 0, 0, 0, false)))
                .orElse(0.0);
    }

    /** What a caller's inputs cost. */
    double costUsd(Caller caller) {
        return price(caller.target.model(), caller.tokens().fresh());
    }

    /** A call went nowhere. */
    public void refused(EmbeddingOutcome.Unsound unsound) {
        ledger.accept(Settlement.refusal(unsound.refused()));
    }

    /** A call has ended, and all that it cost is known. */
    void settled(Caller caller) {
        long total =
                TimeUnit.NANOSECONDS.toMicros(
                        Math.max(0, caller.endedAt() - caller.call.arrived()));
        double cost = costUsd(caller);
        caller.call.grant().settle(caller.tokens().bought(), cost);
        boolean atHand = caller.own == 0 && caller.joined == 0;
        ledger.accept(
                caller.call.entry(
                        caller.cache(),
                        caller.status(),
                        caller.tokens(),
                        new Money(cost, caller.savedUsd()),
                        new Times(
                                atHand ? total : 0,
                                atHand ? 0 : total,
                                caller.status() == 200 ? total : 0,
                                total),
                        caller.departures,
                        notes(caller),
                        caller.error()));
    }

    private static List<StageNote> notes(Caller caller) {
        List<StageNote> notes = new ArrayList<>(4);
        int inputs = caller.scan.inputs().size();
        String looked =
                caller.fromCache == inputs ? "hit" : caller.fromCache > 0 ? "partial" : "miss";
        notes.add(StageNote.of("embedding-cache", looked));
        caller.elsewhere.ifPresent(found -> notes.add(StageNote.of("second-level", found)));
        if (caller.joined > 0) {
            notes.add(StageNote.of("join", "joined"));
        }
        if (caller.departures > 0) {
            notes.add(StageNote.of("batch", caller.gathered ? "gathered" : "alone"));
            notes.add(
                    StageNote.of(
                            "deliver",
                            caller.status() == 200
                                    ? "ok"
                                    : caller.status() == 499 ? "aborted" : "error"));
        }
        notes.addAll(caller.call.grant().notes());
        return notes;
    }
}
