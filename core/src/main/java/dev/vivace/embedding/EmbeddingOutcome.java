package dev.vivace.embedding;

import dev.vivace.answer.Failure;
import dev.vivace.answer.Head;
import dev.vivace.ledger.CacheStatus;
import dev.vivace.ledger.Tokens;
import dev.vivace.line.Call;
import java.util.Optional;

/** How an embedding call ends for its caller. */
public sealed interface EmbeddingOutcome {
    Call call();

    /**
     * Every input has its vector.
     *
     * @param head of the upstream's answer, where the body is that answer as it came
     * @param tokens this caller's share
     */
    record Vectors(
            Call call,
            CacheStatus cache,
            Optional<Head> head,
            byte[] body,
            Tokens tokens,
            double costUsd,
            double savedUsd,
            long ageSeconds)
            implements EmbeddingOutcome {}

    /** The upstream said no, to this caller's inputs or to all. */
    record Refusal(Call call, Head head, byte[] body) implements EmbeddingOutcome {}

    /** There was no answer. */
    record Failed(Call call, Failure failure) implements EmbeddingOutcome {}

    /** The call went nowhere. */
    record Unsound(Call call, int status, String message) implements EmbeddingOutcome {}
}
