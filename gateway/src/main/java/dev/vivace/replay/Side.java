package dev.vivace.replay;

import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * One of the two ways that the calls went.
 *
 * @param url where
 * @param upstreamCalls calls that reached the model
 * @param latency of good answers
 * @param usage tokens bought
 * @param costUsd what they cost; empty where a price is unknown
 * @param errors calls without a good answer
 * @param gaveUp how often an agent lost its patience and asked again
 * @param withoutUsage bought answers that did not say how many tokens they took
 * @param seconds from the first call to the last answer
 * @param cache how many calls had which {@code x-cache}
 * @param failures some of the errors, in words
 */
record Side(
        String url,
        long upstreamCalls,
        Latency latency,
        Usage usage,
        OptionalDouble costUsd,
        long errors,
        long gaveUp,
        long withoutUsage,
        double seconds,
        Map<String, Long> cache,
        List<String> failures) {

    /** Milliseconds; 0 where nothing was answered. */
    record Latency(double p50, double p95, double p99, double firstTokenP50) {}

    /** The same with the upstream's own counts in the place of ours. */
    Side counted(UpstreamCount stats) {
        return new Side(
                url,
                stats.requests(),
                latency,
                stats.usage(),
                OptionalDouble.of(stats.costUsd()),
                errors,
                gaveUp,
                0,
                seconds,
                cache,
                failures);
    }
}
