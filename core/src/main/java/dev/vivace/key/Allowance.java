package dev.vivace.key;

import dev.vivace.limit.Rates;

/** How much somebody may use: a tenant, all its keys together. */
public record Allowance(Rates rates, Budget budget) {
    public static final Allowance NONE = new Allowance(Rates.NONE, Budget.NONE);
}
