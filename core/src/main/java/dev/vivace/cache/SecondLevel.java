package dev.vivace.cache;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * A cache behind the exact cache, which replicas share. Thread-safe, never blocks and never fails:
 * where its store is slow or gone, nothing is found and nothing is stored.
 */
public interface SecondLevel {
    /** The entry, unless it has expired or an invalidation by any replica has forgotten it. */
    CompletionStage<Optional<CachedAnswer>> get(Fingerprint key);

    /** Several at a time: those that there are, at best. */
    CompletionStage<Map<Fingerprint, CachedAnswer>> getAll(List<Fingerprint> keys);

    /** Stores an entry for the rest of its life. */
    void put(Fingerprint key, CachedAnswer answer);

    /** Forgets, here and for all replicas, which are told to forget their own copies as well. */
    void invalidate(Invalidation which);
}
