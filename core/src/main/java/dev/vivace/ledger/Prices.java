package dev.vivace.ledger;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** What each model charges. Immutable. */
public final class Prices {
    /** What providers append to a model's name for one of its versions. */
    private static final Pattern VERSION =
            Pattern.compile("-(\\d{4}-\\d{2}-\\d{2}|\\d{8}|\\d{4}|latest)$");

    private static final Prices BUILT_IN = new Prices(listPrices());

    private final Map<String, Price> byModel;

    private Prices(Map<String, Price> byModel) {
        this.byModel = Map.copyOf(byModel);
    }

    /** List prices of well-known models, without discounts; they age, so configure your own. */
    public static Prices builtIn() {
        return BUILT_IN;
    }

    /** The price of a model, or of the model that this is a dated version of. */
    public Optional<Price> of(String model) {
        Price exact = byModel.get(model);
        if (exact != null) {
            return Optional.of(exact);
        }
        return Optional.ofNullable(byModel.get(VERSION.matcher(model).replaceFirst("")));
    }

    /** These prices, with the given ones in place of those of the same name. */
    public Prices with(Map<String, Price> others) {
        var all = new HashMap<>(byModel);
        all.putAll(others);
        return new Prices(all);
    }

    /** The names that have a price, sorted. */
    public Set<String> models() {
        return new TreeSet<>(byModel.keySet());
    }

    // The providers' published list prices as of November 2025. Where a provider sells no cached
    // input for a model, cached costs as much as fresh; embeddings have no output.
    private static Map<String, Price> listPrices() {
        var all = new HashMap<String, Price>();
        all.put("gpt-3.5-turbo", new Price(0.50, 0.50, 1.50));
        all.put("gpt-4", new Price(30, 30, 60));
        all.put("gpt-4-turbo", new Price(10, 10, 30));
        all.put("gpt-4o", new Price(2.50, 1.25, 10));
        all.put("gpt-4o-mini", new Price(0.15, 0.075, 0.60));
        all.put("gpt-4.1", new Price(2, 0.50, 8));
        all.put("gpt-4.1-mini", new Price(0.40, 0.10, 1.60));
        all.put("gpt-4.1-nano", new Price(0.10, 0.025, 0.40));
        all.put("gpt-5", new Price(1.25, 0.125, 10));
        all.put("gpt-5-mini", new Price(0.25, 0.025, 2));
        all.put("gpt-5-nano", new Price(0.05, 0.005, 0.40));
        all.put("gpt-5.1", new Price(1.25, 0.125, 10));
        all.put("o1", new Price(15, 7.50, 60));
        all.put("o3", new Price(2, 0.50, 8));
        all.put("o3-mini", new Price(1.10, 0.55, 4.40));
        all.put("o4-mini", new Price(1.10, 0.275, 4.40));
        all.put("text-embedding-3-small", new Price(0.02, 0.02, 0));
        all.put("text-embedding-3-large", new Price(0.13, 0.13, 0));
        all.put("text-embedding-ada-002", new Price(0.10, 0.10, 0));
        all.put("claude-3-haiku", new Price(0.25, 0.03, 1.25));
        all.put("claude-3-opus", new Price(15, 1.50, 75));
        all.put("claude-3-5-haiku", new Price(0.80, 0.08, 4));
        all.put("claude-3-5-sonnet", new Price(3, 0.30, 15));
        all.put("claude-3-7-sonnet", new Price(3, 0.30, 15));
        all.put("claude-haiku-4-5", new Price(1, 0.10, 5));
        all.put("claude-sonnet-4", new Price(3, 0.30, 15));
        all.put("claude-sonnet-4-5", new Price(3, 0.30, 15));
        all.put("claude-opus-4", new Price(15, 1.50, 75));
        all.put("claude-opus-4-1", new Price(15, 1.50, 75));
        all.put("claude-opus-4-5", new Price(5, 0.50, 25));
        return all;
    }
}
