package dev.vivace.simulator;

import dev.vivace.ledger.Price;
import dev.vivace.ledger.Tokens;

/** What a call used, and at which price. */
record Bill(int promptTokens, int cachedTokens, int completionTokens, Price price) {
    static final Bill NOTHING = new Bill(0, 0, 0, new Price(0, 0, 0));

    /** The same for an answer of which only a share was given. */
    Bill cutTo(double share) {
        return new Bill(
                promptTokens, cachedTokens, (int) Math.round(completionTokens * share), price);
    }

    double costUsd() {
        return price.of(
                new Tokens(promptTokens - cachedTokens, cachedTokens, completionTokens, 0, false));
    }
}
