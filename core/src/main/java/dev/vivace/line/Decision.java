package dev.vivace.line;

import dev.vivace.answer.AnswerLog;
import dev.vivace.answer.Usage;
import dev.vivace.ledger.CacheStatus;
import java.util.Optional;

/** What is to be done with a call: the four cases that every door handles. */
public sealed interface Decision {
    /**
     * The call goes no further.
     *
     * @param status as in HTTP
     * @param message what was wrong, where, and what to do
     */
    record Refused(Call call, int status, String message) implements Decision {}

    /**
     * The answer is at hand.
     *
     * @param savedUsd what asking again would have cost
     */
    record Answered(
            Call call,
            String contentType,
            byte[] body,
            long ageSeconds,
            Optional<Usage> usage,
            double savedUsd,
            CacheStatus cache)
            implements Decision {}

    /** Somebody else's call is fetching the answer; the reader stands at its first byte. */
    record Joined(Call call, Flight flight, AnswerLog.Reader reader, boolean wantsUsage)
            implements Decision {}

    /** The call goes upstream; the reader is the caller's own. */
    record Deliver(Flight flight, AnswerLog.Reader reader) implements Decision {}
}
