package dev.vivace.embedding;

import dev.vivace.answer.Head;
import dev.vivace.ledger.CacheStatus;
import dev.vivace.ledger.Tokens;
import dev.vivace.line.Call;
import dev.vivace.line.Decision;
import java.util.Optional;

/** How an embedding call ends for its caller. */
public sealed interface EmbeddingOutcome {
    Call call();

    /** What became of it: also of a call that failed. */
    CacheStatus cache();

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

    /**
     * The upstream said no, to this caller's inputs or to all.
     *
     * @param head whole for the one caller in whose name the upstream was asked; for others the
     *     status, and what says how to read the body
     */
    record Refusal(Call call, CacheStatus cache, Head head, byte[] body)
            implements EmbeddingOutcome {}

    /** There was no answer. */
    record Failed(Call call, CacheStatus cache, int status, String message)
            implements EmbeddingOutcome {}

    /** The call went nowhere. Nobody has written its ledger entry yet. */
    record Unsound(Decision.Refused refused) implements EmbeddingOutcome {
        public Unsound(Call call, int status, String message) {
            this(new Decision.Refused(call, status, message));
        }

        @Override
        public Call call() {
            return refused.call();
        }

        public int status() {
            return refused.status();
        }

        public String message() {
            return refused.message();
        }

        @Override
        public CacheStatus cache() {
            return CacheStatus.BYPASS;
        }
    }
}
