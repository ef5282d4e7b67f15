package dev.vivace.line;

import dev.vivace.answer.AnswerLog;
import dev.vivace.answer.Usage;
import dev.vivace.ledger.CacheStatus;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** What is to be done with a call: the cases that every door handles. */
public sealed interface Decision {
    /**
     * The call goes no further.
     *
     * @param status as in HTTP
     * @param message what was wrong, where, and what to do
     * @param code for programs; may be empty
     * @param retryAfter when asking again may help; zero if it is not a matter of time
     */
    record Refused(Call call, int status, String message, String code, Duration retryAfter)
            implements Decision {
        /** The code of a call that is one too many for now. */
        public static final String RATE_LIMIT = "rate_limit_exceeded";

        /** The code of a call for which there is no money. */
        public static final String QUOTA = "insufficient_quota";

        public Refused(Call call, int status, String message) {
            this(call, status, message, "", Duration.ZERO);
        }

        /** The same with another message. */
        public Refused saying(String other) {
            return new Refused(call, status, other, code, retryAfter);
        }
    }

    /**
     * It is not yet known: whoever keeps the limits has been asked.
     *
     * @param until when it completes, {@link #resume} says how it goes on
     */
    record Pending(Call call, CompletionStage<Optional<Refused>> until, Supplier<Decision> go)
            implements Decision {
        /**
         * Goes on: a decision, which may be pending again. Once, on the thread that asked, after
         * {@link #until} has completed.
         *
         * @param left whether the caller has left meanwhile: then nothing is begun for it
         */
        public Decision resume(boolean left) {
            Optional<Refused> refused = until.toCompletableFuture().join();
            if (refused.isPresent()) {
                return refused.get();
            }
            if (left) {
                call.grant().release();
                return new Refused(call, Settlement.CLIENT_LEFT, "the client left");
            }
            return go.get();
        }
    }

    /** How a call goes on once it is asked whether it may: at once, if that is known. */
    static Decision once(
            Call call, CompletionStage<Optional<Refused>> allowed, Supplier<Decision> go) {
        var pending = new Pending(call, allowed, go);
        return allowed.toCompletableFuture().isDone() ? pending.resume(false) : pending;
    }

    /**
     * The answer is at hand.
     *
     * @param savedUsd what asking again would have cost
     * @param fetched whether it was another replica that had it
     */
    record Answered(
            Call call,
            String contentType,
            byte[] body,
            long ageSeconds,
            Optional<Usage> usage,
            double savedUsd,
            CacheStatus cache,
            boolean fetched)
            implements Decision {}

    /** Somebody else's call is fetching the answer; the reader stands at its first byte. */
    record Joined(Call call, Flight flight, AnswerLog.Reader reader, boolean wantsUsage)
            implements Decision {}

    /** The call goes upstream; the reader is the caller's own. */
    record Deliver(Flight flight, AnswerLog.Reader reader) implements Decision {}
}
