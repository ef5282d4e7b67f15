package dev.vivace.request;

import java.util.Optional;

/**
 * What one pass over a request's body found. Offsets are into that body.
 *
 * @param model the model's name as the client wrote it
 * @param modelStart where the model's value begins, at its quote
 * @param modelEnd behind the model's closing quote
 * @param stream whether a streamed answer is asked for
 * @param wantsUsage whether a streamed answer should end with its usage
 * @param deterministic whether the same request may have the same answer: temperature 0, or a seed
 * @param cacheable whether the call leaves nothing behind at the provider that an answer at hand
 *     would lack
 * @param digest of everything that can change the answer
 * @param cacheMember LiteLLM's {@code cache} member, which is ours and goes no further
 */
public record RequestScan(
        String model,
        int modelStart,
        int modelEnd,
        boolean stream,
        boolean wantsUsage,
        boolean deterministic,
        boolean cacheable,
        byte[] digest,
        Optional<CacheMember> cacheMember) {

    /**
     * The body's {@code cache: {...}}.
     *
     * @param start where to cut it out, one comma included
     * @param end behind the cut
     */
    public record CacheMember(
            int start,
            int end,
            boolean noCache,
            boolean noStore,
            Optional<Long> ttlSeconds,
            Optional<Long> maxAgeSeconds,
            Optional<String> namespace) {}
}
