package dev.vivace.config;

import dev.vivace.key.Budget;
import dev.vivace.limit.Rates;

/** What all calls of one tenant together may take, whichever keys they come with. */
public record TenantLimits(Rates rates, Budget budget) {
    public static final TenantLimits NONE = new TenantLimits(Rates.NONE, Budget.NONE);
}
