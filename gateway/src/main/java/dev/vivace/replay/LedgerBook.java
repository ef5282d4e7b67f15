package dev.vivace.replay;

import dev.vivace.ledger.CacheStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/** The entries of a gateway's ledger, and what they say together. */
record LedgerBook(List<JsonNode> entries) {
    private static final Set<String> STORED =
            Set.of(CacheStatus.HIT.header(), CacheStatus.JOINED.header());

    /**
     * What one stage earned.
     *
     * @param stage its name
     * @param calls in how many calls
     * @param tokens prompt and output tokens that were not bought
     * @param usd US dollars that were not paid
     */
    record Earning(String stage, long calls, long tokens, double usd) {}

    static LedgerBook of(JsonNode document) {
        return new LedgerBook(document.path("entries").valueStream().toList());
    }

    /** Tokens bought, all calls together whose upstream said how many. */
    Usage bought() {
        return bought(false);
    }

    /** Tokens bought by calls that were cut short, of which the ledger can only guess. */
    Usage guessed() {
        return bought(true);
    }

    private Usage bought(boolean guessed) {
        var bought = Usage.NONE;
        for (var entry : entries) {
            var tokens = entry.path("tokens");
            if (tokens.path("estimated").asBoolean(false) != guessed) {
                continue;
            }
            bought =
                    bought.plus(
                            new Usage(
                                    tokens.path("fresh").asLong(0),
                                    tokens.path("cached").asLong(0),
                                    tokens.path("output").asLong(0)));
        }
        return bought;
    }

    double costUsd() {
        return cost(false);
    }

    double guessedUsd() {
        return cost(true);
    }

    private double cost(boolean guessed) {
        return entries.stream()
                .filter(e -> e.path("tokens").path("estimated").asBoolean(false) == guessed)
                .mapToDouble(e -> e.path("cost_usd").asDouble(0))
                .sum();
    }

    /** Chat calls that say that they reached the model. */
    long chatsDelivered() {
        return entries.stream()
                .filter(e -> e.path("door").asString("").equals("chat"))
                .filter(e -> !STORED.contains(e.path("cache").asString("")))
                .count();
    }

    /** By stage, in the order in which a call meets them; stages that earned nothing are listed. */
    List<Earning> earnings() {
        var earnings = new ArrayList<Earning>();
        earnings.add(sum("exact cache", e -> !embedding(e) && cache(e, CacheStatus.HIT)));
        earnings.add(sum("join", e -> !embedding(e) && cache(e, CacheStatus.JOINED)));
        earnings.add(sum("embedding cache and join", e -> embedding(e) && saved(e)));
        earnings.add(sum("embedding batch", e -> embedding(e) && !saved(e) && gathered(e)));
        return earnings;
    }

    private Earning sum(String stage, java.util.function.Predicate<JsonNode> earned) {
        var mine = entries.stream().filter(earned).toList();
        return new Earning(
                stage,
                mine.size(),
                mine.stream().mapToLong(e -> e.path("tokens").path("saved").asLong(0)).sum(),
                mine.stream().mapToDouble(e -> e.path("saved_usd").asDouble(0)).sum());
    }

    private static boolean embedding(JsonNode entry) {
        return entry.path("door").asString("").equals("embeddings");
    }

    private static boolean cache(JsonNode entry, CacheStatus status) {
        return entry.path("cache").asString("").equals(status.header());
    }

    private static boolean saved(JsonNode entry) {
        return entry.path("tokens").path("saved").asLong(0) > 0;
    }

    private static boolean gathered(JsonNode entry) {
        return entry.path("stages")
                .valueStream()
                .anyMatch(s ->
                        s.path("stage").asString("").equals("batch")
                                && s.path("outcome").asString("").equals("gathered"));
    }
}
