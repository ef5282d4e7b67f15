package dev.vivace.cache;

import dev.vivace.answer.Usage;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/** Answers and keys for tests. */
final class CachedAnswers {
    static final long NOW = 1_700_000_000_000L;

    private CachedAnswers() {}

    static Fingerprint key(long number) {
        var random = new Random(number);
        return new Fingerprint(number, random.nextLong(), random.nextLong(), random.nextLong());
    }

    static CachedAnswer answer(String question) {
        return answer(question, 100, NOW, Duration.ofHours(1));
    }

    static CachedAnswer answer(String question, int bytes, long storedAt, Duration ttl) {
        byte[] body = new byte[bytes];
        new Random(question.hashCode()).nextBytes(body);
        return new CachedAnswer(
                storedAt,
                ttl,
                "m",
                "",
                List.of(),
                question,
                Optional.empty(),
                0.5,
                Optional.of(body),
                Optional.empty());
    }

    static CachedAnswer labelled(String scope, String model, List<String> tags, String question) {
        return new CachedAnswer(
                NOW,
                Duration.ofHours(1),
                model,
                scope,
                tags,
                question,
                Optional.of(new Usage(1, 2, 3)),
                0.25,
                Optional.empty(),
                Optional.of(new byte[] {1, 2, 3}));
    }

    /** Everything that an answer says; arrays have no equality of their own. */
    static String shown(CachedAnswer answer) {
        return answer.storedAt()
                + " "
                + answer.ttl()
                + " "
                + answer.model()
                + " "
                + answer.scope()
                + " "
                + answer.tags()
                + " "
                + answer.question()
                + " "
                + answer.usage()
                + " "
                + answer.costUsd()
                + " "
                + answer.object().map(java.util.Arrays::hashCode)
                + " "
                + answer.stream().map(java.util.Arrays::hashCode);
    }
}
