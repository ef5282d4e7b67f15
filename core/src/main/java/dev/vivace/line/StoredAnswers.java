package dev.vivace.line;

import dev.vivace.cache.CacheControl;
import dev.vivace.cache.CachedAnswer;
import dev.vivace.cache.ExactCache;
import dev.vivace.cache.Fingerprint;
import dev.vivace.cache.Invalidation;
import dev.vivace.cache.SecondLevel;
import dev.vivace.ledger.CacheStatus;
import dev.vivace.request.RequestScan;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** Model calls and what is stored for them, here and where replicas store it. Thread-safe. */
final class StoredAnswers {
    private final ExactCache cache;
    private final Optional<SecondLevel> second;

    StoredAnswers(ExactCache cache, Optional<SecondLevel> second) {
        this.cache = cache;
        this.second = second;
    }

    /** The answer, if it is stored here; counted as a hit or a miss. */
    Optional<CachedAnswer> find(Fingerprint key, CacheControl control, RequestScan scan) {
        return cache.counted(peek(key, control, scan));
    }

    /** The same, not counted. */
    Optional<CachedAnswer> peek(Fingerprint key, CacheControl control, RequestScan scan) {
        return cache.peek(key, control.maxAge()).filter(found -> saysEnough(found, scan));
    }

    /** Usage that was asked for cannot be made up from a stream that was stored without. */
    private static boolean saysEnough(CachedAnswer answer, RequestScan scan) {
        return !scan.stream() || !scan.wantsUsage() || answer.usage().isPresent();
    }

    /** Whether what is not stored here may be stored by replicas. */
    boolean shared() {
        return second.isPresent();
    }

    /**
     * Asks replicas; only where it is {@link #shared}. What they have stored is stored here too, if
     * it is still good here.
     *
     * @param then how the call goes on when they have answered
     */
    Decision fetch(Fingerprint key, Call call, Supplier<Decision> then) {
        return Decision.once(
                call,
                second.orElseThrow()
                        .get(key)
                        .thenApply(found -> {
                            found.ifPresent(answer -> cache.store(key, answer, call.arrived()));
                            return Optional.empty();
                        }),
                then);
    }

    /**
     * Answers a call.
     *
     * @param fetched whether a replica had it
     */
    Decision answer(
            ModelCall asked,
            Call call,
            RequestScan scan,
            Fingerprint key,
            CachedAnswer hit,
            boolean fetched) {
        Replay.Form form = Replay.of(hit, asked.protocol(), scan.stream(), scan.wantsUsage());
        form.converted().ifPresent(kept -> cache.keepForm(key, hit, kept));
        return new Decision.Answered(
                call,
                form.contentType(),
                form.body(),
                cache.ageSeconds(hit),
                hit.usage(),
                hit.costUsd(),
                CacheStatus.HIT,
                fetched);
    }

    /** Has replicas forget theirs. */
    void invalidateShared(List<Invalidation> which) {
        second.ifPresent(level -> which.forEach(level::invalidate));
    }

    /** Forgets what is stored here, and says how many that were. */
    long forget(Predicate<CachedAnswer> which) {
        return cache.invalidate(which);
    }
}
