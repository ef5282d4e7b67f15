package dev.vivace.request;

import dev.vivace.cache.CacheControl;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What one pass over a request's body found. Offsets are into that body.
 *
 * @param model the model's name as the client wrote it
 * @param modelStart where the model's value begins, at its quote
 * @param modelEnd behind the model's closing quote
 * @param stream whether a streamed answer is asked for
 * @param wantsUsage whether a streamed answer should end with its usage
 * @param deterministic whether the same request may have the same answer: temperature 0 or a seed,
 *     and nothing that lets the provider look things up or run something meanwhile
 * @param cacheable whether the call neither continues something that the provider keeps nor leaves
 *     something behind there, which an answer at hand would not
 * @param maxOutput how many tokens one answer may have at most; empty if it does not say
 * @param choices how many answers it wants, 1 or more
 * @param otherModels whether it names further models that may answer instead of the first
 * @param digest of everything that can change the answer, if it was taken on the way; {@link
 *     RequestScanner#digest} has it in any case
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
        OptionalLong maxOutput,
        long choices,
        boolean otherModels,
        Optional<byte[]> digest,
        Optional<CacheMember> cacheMember) {

    /**
     * What the caller says about caching, by headers and in the body.
     *
     * @throws IllegalArgumentException for a value that has no meaning, with its name
     */
    public CacheControl control(CacheControl byHeaders) {
        return cacheMember
                .map(own ->
                        byHeaders.body(
                                own.noCache(),
                                own.noStore(),
                                own.ttlSeconds(),
                                own.maxAgeSeconds(),
                                own.namespace()))
                .orElse(byHeaders);
    }

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
