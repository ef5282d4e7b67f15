package dev.vivace.simulator;

import dev.vivace.simulator.Meaning.Digest;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A request for an answer, whichever door it came through, in the terms of OpenAI chat.
 *
 * @param messages the conversation
 * @param tools as they were sent; part of the prompt
 * @param callable the tools that the answer may call
 * @param mustCall whether it has to call one
 * @param schema what the answer's text has to be; empty: prose
 * @param maxTokens the longest answer
 * @param stop texts that end an answer
 * @param choices how many answers
 * @param stream whether to stream
 * @param includeUsage whether a stream ends with the usage
 * @param digest what the request means, how it is delivered left out
 */
record ModelCall(
        String model,
        List<JsonNode> messages,
        List<JsonNode> tools,
        List<Tool> callable,
        boolean mustCall,
        boolean parallelCalls,
        Optional<JsonNode> schema,
        int maxTokens,
        List<String> stop,
        int choices,
        boolean stream,
        boolean includeUsage,
        Digest digest) {

    private static final Set<String> DELIVERY =
            Set.of("stream", "stream_options", "user", "metadata");
    private static final long EPOCH = 1_735_689_600;
    private static final int YEAR = 31_536_000;

    /** What makes requests the same. */
    static Digest digestOf(ObjectNode body) {
        return Meaning.of(body, DELIVERY);
    }

    /** An id for the answer that the same request gets again. */
    String id(String prefix) {
        return prefix + digest.hex().substring(0, 24);
    }

    /** A second of 2025 that follows from the request: a clock would change the answer's bytes. */
    long created() {
        return EPOCH + Long.remainderUnsigned(digest.low(), YEAR);
    }

    /**
     * A tool that can be called.
     *
     * @param parameters the JSON schema of its arguments
     */
    record Tool(String name, JsonNode parameters) {}
}
