package dev.vivace.admin;

import dev.vivace.key.Budget;
import dev.vivace.key.Purse;
import dev.vivace.key.Spending;
import dev.vivace.key.VirtualKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Supplier;
import tools.jackson.core.JsonGenerator;

/**
 * What client keys and their tenants have spent on this day and in this month (UTC), in US dollars,
 * beside their budgets. For operators alone: no metric has it. Thread-safe.
 */
public final class SpendingFigures {
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    private final Supplier<List<VirtualKey>> keys;
    private final Function<String, Budget> tenants;
    private final Spending spending;

    /**
     * @param keys those that there are, revoked ones included
     * @param tenants the budget of a tenant
     */
    public SpendingFigures(
            Supplier<List<VirtualKey>> keys, Function<String, Budget> tenants, Spending spending) {
        this.keys = keys;
        this.tenants = tenants;
        this.spending = spending;
    }

    /** One object with all tenants that have keys, and all keys. Waits for what replicas spent. */
    void write(JsonGenerator to) {
        List<VirtualKey> all = keys.get();
        var names = new TreeSet<String>();
        all.forEach(key -> names.add(key.tenant()));
        look(all, names);
        to.writeStartObject();
        to.writeArrayPropertyStart("tenants");
        for (String name : names) {
            to.writeStartObject();
            to.writeStringProperty("tenant", name);
            write(Purse.ofTenant(name, tenants.apply(name)), to);
            to.writeEndObject();
        }
        to.writeEndArray();
        to.writeArrayPropertyStart("keys");
        for (VirtualKey key : all) {
            to.writeStartObject();
            to.writeStringProperty("id", key.id());
            to.writeStringProperty("tenant", key.tenant());
            to.writeStringProperty("name", key.name());
            to.writeBooleanProperty("revoked", key.revoked());
            write(Purse.ofKey(key.id(), key.budget()), to);
            to.writeEndObject();
        }
        to.writeEndArray();
        to.writeEndObject();
    }

    private void look(List<VirtualKey> all, Set<String> names) {
        var purses = new ArrayList<Purse>();
        names.forEach(name -> purses.add(Purse.ofTenant(name, Budget.NONE)));
        all.forEach(key -> purses.add(Purse.ofKey(key.id(), Budget.NONE)));
        try {
            spending.look(purses)
                    .toCompletableFuture()
                    .get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            // What is known will do.
        }
    }

    private void write(Purse purse, JsonGenerator to) {
        Spending.Spent spent = spending.spent(purse);
        to.writeNumberProperty("spent_today_usd", spent.day());
        budget(to, "budget_day_usd", purse.budget().day());
        to.writeNumberProperty("spent_month_usd", spent.month());
        budget(to, "budget_month_usd", purse.budget().month());
    }

    private static void budget(JsonGenerator to, String name, OptionalDouble budget) {
        if (budget.isPresent()) {
            to.writeNumberProperty(name, budget.getAsDouble());
        } else {
            to.writeNullProperty(name);
        }
    }
}
