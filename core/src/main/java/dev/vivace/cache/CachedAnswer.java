package dev.vivace.cache;

import dev.vivace.answer.Usage;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * A stored answer: the bytes that the upstream sent, in one or both forms.
 *
 * @param storedAt milliseconds since the epoch
 * @param ttl how long it may be served
 * @param model who gave it, as its upstream names it
 * @param scope of the caller; empty for none
 * @param tags {@code NAME=VALUE} each
 * @param question the text of the last user message, perhaps cut off; what patterns are matched
 *     with
 * @param usage what it took to make it, if that was reported
 * @param costUsd what it cost, and so what serving it saves
 * @param object the answer as one object, if it came or was already served so
 * @param stream the answer as a stream of events, likewise
 */
public record CachedAnswer(
        long storedAt,
        Duration ttl,
        String model,
        String scope,
        List<String> tags,
        String question,
        Optional<Usage> usage,
        double costUsd,
        Optional<byte[]> object,
        Optional<byte[]> stream) {

    /** What it weighs in the cache, in bytes: contents and a fair guess at the bookkeeping. */
    public int weight() {
        long bytes = 400 + model.length() + scope.length() + 2L * question.length();
        bytes += object.map(body -> body.length).orElse(0);
        bytes += stream.map(body -> body.length).orElse(0);
        for (String tag : tags) {
            bytes += 40 + tag.length();
        }
        return (int) Math.min(bytes, Integer.MAX_VALUE);
    }

    /** With the other form added, so that it need not be made again. */
    public CachedAnswer with(Optional<byte[]> otherObject, Optional<byte[]> otherStream) {
        return new CachedAnswer(
                storedAt,
                ttl,
                model,
                scope,
                tags,
                question,
                usage,
                costUsd,
                otherObject,
                otherStream);
    }
}
