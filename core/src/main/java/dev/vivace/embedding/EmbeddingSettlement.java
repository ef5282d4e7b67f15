package dev.vivace.embedding;

import dev.vivace.answer.Usage;
import dev.vivace.cache.CachedAnswer;
import dev.vivace.cache.ExactCache;
import dev.vivace.ledger.LedgerEntry;
import dev.vivace.ledger.Money;
import dev.vivace.ledger.Price;
import dev.vivace.ledger.StageNote;
import dev.vivace.ledger.Times;
import dev.vivace.ledger.Tokens;
import dev.vivace.line.Settlement;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
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

    public EmbeddingSettlement(
            ExactCache cache,
            Duration ttl,
            Function<String, Optional<Price>> prices,
            Consumer<LedgerEntry> ledger,
            InstantSource clock) {
        this.cache = cache;
        this.ttl = ttl;
        this.prices = prices;
        this.ledger = ledger;
        this.clock = clock;
    }

    double price(String model, long tokens) {
        return prices.apply(model)
                .map(price -> price.of(new Tokens(tokens, 0, 0, 0, false)))
                .orElse(0.0);
    }

    void store(Item item, byte[] vector, long tokens, double price) {
        Caller owner = item.owner;
        int length = Math.min(item.json.length, MAX_QUESTION);
        boolean text = item.json[0] == '"';
        cache.store(
                item.key,
                new CachedAnswer(
                        clock.millis(),
                        owner.asked.control().ttl().orElse(ttl),
                        owner.target.model(),
                        owner.asked.control().scope(),
                        owner.asked.control().tags(),
                        new String(
                                item.json,
                                text ? 1 : 0,
                                length - (text ? 2 : 0),
                                StandardCharsets.UTF_8),
                        Optional.of(new Usage(tokens, 0, 0)),
                        price,
                        Optional.of(vector),
                        Optional.empty()),
                item.since);
    }

    void failed(Caller caller, EmbeddingOutcome outcome) {
        switch (outcome) {
            case EmbeddingOutcome.Refusal refusal -> settled(caller, refusal.head().status(), "");
            case EmbeddingOutcome.Failed failed ->
                    settled(
                            caller,
                            Settlement.status(failed.failure()),
                            failed.failure().message());
            default -> throw new IllegalStateException("not a failure: " + outcome);
        }
    }

    /** A call went nowhere. */
    public void refused(EmbeddingOutcome.Unsound unsound) {
        ledger.accept(Settlement.refusal(unsound.call(), unsound.status(), unsound.message()));
    }

    void settled(Caller caller, int status, String error) {
        long now = System.nanoTime();
        long total = TimeUnit.NANOSECONDS.toMicros(now - caller.call.arrived());
        List<StageNote> notes = new ArrayList<>(3);
        int inputs = caller.scan.inputs().size();
        String looked =
                caller.fromCache == inputs ? "hit" : caller.fromCache > 0 ? "partial" : "miss";
        notes.add(new StageNote("embedding-cache", looked));
        if (caller.joined > 0) {
            notes.add(new StageNote("join", "joined"));
        }
        if (caller.own > 0) {
            notes.add(new StageNote("batch", caller.gathered ? "gathered" : "alone"));
            notes.add(
                    new StageNote(
                            "deliver", status == 200 ? "ok" : status == 499 ? "aborted" : "error"));
        }
        boolean good = status == 200;
        boolean atHand = caller.own == 0 && caller.joined == 0;
        ledger.accept(
                caller.call.entry(
                        caller.status(),
                        status,
                        good ? caller.tokens() : Tokens.NONE,
                        good ? new Money(caller.costUsd(), caller.savedUsd()) : Money.NONE,
                        new Times(atHand ? total : 0, atHand ? 0 : total, good ? total : 0, total),
                        caller.own > 0 ? 1 : 0,
                        notes,
                        error));
    }
}
