package dev.vivace.ledger;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PricesTest {
    private final Prices prices = Prices.builtIn();

    @ParameterizedTest
    @CsvSource({
        "gpt-4o-2024-08-06, gpt-4o",
        "gpt-4o-mini-2024-07-18, gpt-4o-mini",
        "gpt-4-0613, gpt-4",
        "claude-sonnet-4-5-20250929, claude-sonnet-4-5",
        "claude-3-5-sonnet-latest, claude-3-5-sonnet"
    })
    void aDatedVersionCostsWhatItsModelCosts(String dated, String model) {
        assertTrue(prices.of(model).isPresent());
        assertEquals(prices.of(model), prices.of(dated));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-", "gpt-4o-audio", "gpt-4o-202", "gpt-4o-", "my-model"})
    void otherNamesHaveNoPrice(String model) {
        assertEquals(Optional.empty(), prices.of(model));
    }

    @Test
    void ownPricesReplaceAndAdd() {
        var own = new Price(1, 2, 3);
        var changed = prices.with(Map.of("gpt-4o", own, "mine", own));
        assertEquals(Optional.of(own), changed.of("gpt-4o"));
        assertEquals(Optional.of(own), changed.of("mine-2026-01-31"));
        assertEquals(prices.of("o3"), changed.of("o3"));
        assertEquals(Optional.empty(), prices.of("mine"));
        assertTrue(changed.models().contains("mine"));
    }

    @Test
    void cachedInputNeverCostsMoreThanFresh() {
        for (String model : prices.models()) {
            Price price = prices.of(model).orElseThrow();
            assertTrue(price.cached() <= price.input(), model);
        }
    }
}
