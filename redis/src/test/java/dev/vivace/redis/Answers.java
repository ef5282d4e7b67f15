package dev.vivace.redis;

import dev.vivace.answer.Usage;
import dev.vivace.cache.CachedAnswer;
import dev.vivace.cache.Fingerprint;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/** Answers and keys for tests. */
final class Answers {
    private Answers() {}

    static Fingerprint key(long number) {
        var random = new Random(number);
        return new Fingerprint(number, random.nextLong(), random.nextLong(), random.nextLong());
    }

    static CachedAnswer answer(String scope, String question) {
        return answer(scope, question, 10, Duration.ofHours(1));
    }

    static CachedAnswer answer(String scope, String question, int bytes, Duration ttl) {
        return new CachedAnswer(
                System.currentTimeMillis(),
                ttl,
                "model",
                scope,
                List.of("team=red"),
                question,
                Optional.of(new Usage(1, 2, 3)),
                0.25,
                Optional.of(new byte[bytes]),
                Optional.empty());
    }
}
