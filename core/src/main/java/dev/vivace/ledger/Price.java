package dev.vivace.ledger;

/**
 * What a model charges, in US dollars per million tokens.
 *
 * @param input a prompt token that the provider read afresh
 * @param cached a prompt token that the provider had in its prefix cache
 * @param output a token that the model wrote
 */
public record Price(double input, double cached, double output) {
    public Price {
        require("input", input);
        require("cached", cached);
        require("output", output);
    }

    /** US dollars for a call's tokens. */
    public double of(Tokens tokens) {
        return (tokens.fresh() * input + tokens.cached() * cached + tokens.output() * output) / 1e6;
    }

    private static void require(String name, double value) {
        if (!(value >= 0) || Double.isInfinite(value)) {
            throw new IllegalArgumentException(
                    name + " must be a price of 0 or more, not " + value);
        }
    }
}
