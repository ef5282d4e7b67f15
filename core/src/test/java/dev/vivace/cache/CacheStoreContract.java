package dev.vivace.cache;

import static dev.vivace.cache.CachedAnswers.answer;
import static dev.vivace.cache.CachedAnswers.key;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What every store keeps to, whatever it keeps. */
abstract class CacheStoreContract {
    /** The same store again, as after a restart. */
    abstract CacheStore open();

    @Test
    void aNewStoreIsEmptyAndHasASecret() {
        try (CacheStore store = open()) {
            assertEquals(Map.of(), loaded(store));
            assertEquals(Secrets.LENGTH, store.secret().length);
            byte[] secret = store.secret();
            store.secret()[0]++;
            assertArrayEquals(secret, store.secret(), "nobody changes it");
        }
    }

    @Test
    void nothingIsHandedOverThatWasRemovedOrNeverPut() {
        try (CacheStore store = open()) {
            loaded(store);
            for (int i = 0; i < 100; i++) {
                store.put(key(i), answer("q" + i));
            }
            for (int i = 0; i < 100; i += 2) {
                store.remove(key(i));
                store.remove(key(1_000 + i));
            }
        }
        try (CacheStore store = open()) {
            loaded(store)
                    .forEach((key, shown) -> {
                        assertEquals(1, key.a() % 2);
                        assertEquals(CachedAnswers.shown(answer("q" + key.a())), shown);
                    });
        }
    }

    @Test
    void manyThreadsMayUseIt() throws Exception {
        try (CacheStore store = open()) {
            loaded(store);
            List<Thread> threads = new ArrayList<>();
            for (int t = 0; t < 4; t++) {
                int first = t * 1_000;
                threads.add(
                        Thread.ofPlatform()
                                .start(() -> {
                                    for (int i = first; i < first + 1_000; i++) {
                                        store.put(key(i), answer("q" + i));
                                        store.remove(key(i));
                                    }
                                }));
            }
            for (Thread thread : threads) {
                thread.join();
            }
        }
        try (CacheStore store = open()) {
            assertEquals(Map.of(), loaded(store));
        }
    }

    @Test
    void closingTwiceDoesNoHarm() {
        CacheStore store = open();
        store.close();
        store.close();
        assertFalse(store.secret().length == 0);
    }

    static Map<Fingerprint, String> loaded(CacheStore store) {
        Map<Fingerprint, String> all = new HashMap<>();
        store.load((key, answer) -> all.put(key, CachedAnswers.shown(answer)));
        return all;
    }
}
