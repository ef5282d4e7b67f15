package dev.vivace.replay;

import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * What a simulator has counted since it was started.
 *
 * @param requests calls of models, all paths together
 * @param aborted those that the client left
 */
record UpstreamCount(long requests, long aborted, Usage usage, double costUsd) {

    static final String PATH = "/simulator/stats";

    /** Asks; empty if there is no simulator. */
    static Optional<UpstreamCount> at(Endpoint endpoint) {
        return endpoint.document(PATH)
                .filter(d -> d.path("requests").isObject())
                .map(UpstreamCount::of);
    }

    static UpstreamCount of(JsonNode stats) {
        var requests = 0L;
        for (var path : stats.path("requests").properties()) {
            var call = path.getKey().startsWith("/v1/") && !path.getKey().equals("/v1/models");
            requests += call ? path.getValue().asLong(0) : 0;
        }
        var cached = stats.path("cached_tokens").asLong(0);
        return new UpstreamCount(
                requests,
                stats.path("aborted").asLong(0),
                new Usage(
                        stats.path("prompt_tokens").asLong(0) - cached,
                        cached,
                        stats.path("completion_tokens").asLong(0)),
                stats.path("cost_usd").asDouble(0));
    }

    UpstreamCount since(UpstreamCount before) {
        return new UpstreamCount(
                requests - before.requests,
                aborted - before.aborted,
                usage.minus(before.usage),
                costUsd - before.costUsd);
    }
}
