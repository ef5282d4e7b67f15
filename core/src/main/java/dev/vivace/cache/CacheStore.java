package dev.vivace.cache;

import java.util.Optional;
import java.util.function.BiConsumer;

/**
 * Where cached answers survive a restart. Thread-safe. {@link #put} and {@link #remove} only note
 * what is to be done; they neither block nor fail.
 */
public interface CacheStore extends AutoCloseable {
    /** Hands over every entry that was kept. Called once, before anything else. */
    void load(BiConsumer<Fingerprint, CachedAnswer> consumer);

    void put(Fingerprint key, CachedAnswer answer);

    void remove(Fingerprint key);

    /** A secret that is as old as the entries: their fingerprints were made with it. */
    byte[] secret();

    /** Why entries do not survive a restart although they should; empty as long as they do. */
    default Optional<String> failure() {
        return Optional.empty();
    }

    /** Writes what is noted, and lets go of the files. */
    @Override
    void close();

    /** Keeps nothing. */
    static CacheStore none() {
        byte[] secret = Secrets.random();
        return new CacheStore() {
            @Override
            public void load(BiConsumer<Fingerprint, CachedAnswer> consumer) {}

            @Override
            public void put(Fingerprint key, CachedAnswer answer) {}

            @Override
            public void remove(Fingerprint key) {}

            @Override
            public byte[] secret() {
                return secret.clone();
            }

            @Override
            public void close() {}
        };
    }
}
