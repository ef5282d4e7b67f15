package dev.vivace.replay;

import dev.vivace.ledger.Tokens;
import tools.jackson.databind.JsonNode;

/**
 * Tokens as an upstream counted them.
 *
 * @param fresh prompt tokens at the full price
 * @param cached prompt tokens from the provider's prefix cache
 * @param output tokens that the model wrote
 */
record Usage(long fresh, long cached, long output) {
    static final Usage NONE = new Usage(0, 0, 0);

    /** Reads OpenAI's usage object. */
    static Usage of(JsonNode usage) {
        var cached = usage.path("prompt_tokens_details").path("cached_tokens").asLong(0);
        return new Usage(
                usage.path("prompt_tokens").asLong(0) - cached,
                cached,
                usage.path("completion_tokens").asLong(0));
    }

    Tokens tokens() {
        return new Tokens(fresh, cached, output, 0, false);
    }

    Usage plus(Usage other) {
        return new Usage(fresh + other.fresh, cached + other.cached, output + other.output);
    }

    Usage minus(Usage other) {
        return new Usage(fresh - other.fresh, cached - other.cached, output - other.output);
    }
}
