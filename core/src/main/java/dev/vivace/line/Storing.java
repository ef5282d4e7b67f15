package dev.vivace.line;

import dev.vivace.answer.Usage;
import dev.vivace.cache.CacheControl;
import dev.vivace.cache.CachedAnswer;
import dev.vivace.cache.Fingerprint;
import java.time.Duration;
import java.util.Optional;

/**
 * How the answer of a call is stored, if it turns out to be worth it.
 *
 * @param model that gives it, as its upstream names it
 * @param body of the request, as the client wrote it
 */
record Storing(Fingerprint key, String model, CacheControl control, byte[] body) {
    CachedAnswer entry(
            long storedAt,
            Duration ttl,
            Optional<Usage> usage,
            double costUsd,
            Optional<byte[]> object,
            Optional<byte[]> stream) {
        return new CachedAnswer(
                storedAt,
                control.ttl().orElse(ttl),
                model,
                control.scope(),
                control.tags(),
                LastQuestion.of(body),
                usage,
                costUsd,
                object,
                stream);
    }

    /** The entry before there is an answer: enough to tell whether an invalidation means it. */
    CachedAnswer blank() {
        return entry(0, Duration.ZERO, Optional.empty(), 0, Optional.empty(), Optional.empty());
    }
}
