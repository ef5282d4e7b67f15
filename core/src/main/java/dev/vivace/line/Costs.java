package dev.vivace.line;

import dev.vivace.answer.Usage;
import dev.vivace.ledger.Price;
import dev.vivace.ledger.Tokens;
import java.util.Optional;
import java.util.function.Function;

/** What tokens cost; nothing where no price is known. */
record Costs(Function<String, Optional<Price>> prices) {
    double of(String model, Tokens tokens) {
        return prices.apply(model).map(price -> price.of(tokens)).orElse(0.0);
    }

    double of(String model, Usage usage) {
        return of(model, bought(usage));
    }

    static Tokens bought(Usage usage) {
        return new Tokens(usage.fresh(), usage.cached(), usage.output(), 0, false);
    }
}
