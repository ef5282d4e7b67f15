package dev.vivace.line;

import dev.vivace.ledger.StageNote;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * What a call with a client key may use, and what it has taken of that. It is asked twice: when the
 * call came in, and before it goes upstream; and settled once, however the call ended.
 *
 * <p>Thread-safe. What it answers is there at once unless limits are kept elsewhere.
 */
public interface Grant {
    /** That of a call without a key: nothing is limited and nothing is counted. */
    Grant NONE = new Grant() {};

    /**
     * Where a limit stands, for headers.
     *
     * @param limit within a minute
     * @param remaining of it, 0 or more
     * @param reset until all of it is there again
     */
    record Standing(long limit, long remaining, Duration reset) {}

    /** The call came in: one request. Empty if it may go on. */
    default CompletionStage<Optional<Decision.Refused>> admit(Call call) {
        return Free.GO;
    }

    /**
     * The call is about to go upstream: takes the tokens and holds the money that it may need.
     * Empty if it may go on.
     *
     * @param models who may answer
     * @param promptBytes the length of the request's body
     * @param maxOutput tokens that it wants at most; empty if it does not say
     */
    default CompletionStage<Optional<Decision.Refused>> reserve(
            Call call, List<Models.Target> models, long promptBytes, OptionalLong maxOutput) {
        return Free.GO;
    }

    /**
     * The call has ended: counts what it cost and gives back what it did not use. Only the first
     * time.
     *
     * @param tokens that were bought
     */
    default void settle(long tokens, double usd) {}

    /** Gives back all that was taken but the request; harmless after {@link #settle}. */
    default void release() {
        settle(0, 0);
    }

    /** Whether tokens or money are limited: what cannot be counted must not be let through. */
    default boolean metered() {
        return false;
    }

    /** The limit on requests that leaves least, once the call was admitted; empty without one. */
    default Optional<Standing> requests() {
        return Optional.empty();
    }

    /** Likewise of tokens. */
    default Optional<Standing> tokens() {
        return Optional.empty();
    }

    /** Which limits it was held against, for its ledger entry. */
    default List<StageNote> notes() {
        return List.of();
    }

    /** Nothing to wait for, and nothing against it. */
    final class Free {
        static final CompletionStage<Optional<Decision.Refused>> GO =
                CompletableFuture.completedFuture(Optional.empty());

        private Free() {}
    }
}
