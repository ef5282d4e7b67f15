package dev.vivace.cache;

import static dev.vivace.cache.CachedAnswers.answer;
import static dev.vivace.cache.CachedAnswers.key;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;
import org.junit.jupiter.api.Test;

class NoCacheStoreTest extends CacheStoreContract {
    @Override
    CacheStore open() {
        return CacheStore.none();
    }

    @Test
    void keepsNothing() {
        try (CacheStore store = open()) {
            store.put(key(1), answer("q"));
            assertEquals(Map.of(), loaded(store));
        }
    }
}
