package dev.vivace.ledger;

/**
 * US dollars of one call.
 *
 * @param costUsd what it cost
 * @param savedUsd what it would have cost more without us
 */
public record Money(double costUsd, double savedUsd) {
    public static final Money NONE = new Money(0, 0);
}
