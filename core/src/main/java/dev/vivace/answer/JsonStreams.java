package dev.vivace.answer;

import tools.jackson.core.JsonParser;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.util.JsonRecyclerPools;

/**
 * JSON as tokens. Apart from {@link Json}, because most answers are never made into trees, and a
 * start that need not load what trees need is faster.
 */
final class JsonStreams {
    /** Deep enough for any tool's arguments, shallow enough for recursion. */
    static final int MAX_DEPTH = 200;

    /** Answers are read on event loops, where a pool per thread is free of contention. */
    static final JsonFactory FACTORY =
            JsonFactory.builder()
                    .recyclerPool(JsonRecyclerPools.threadLocalPool())
                    .streamReadConstraints(
                            StreamReadConstraints.builder().maxNestingDepth(MAX_DEPTH).build())
                    .build();

    private JsonStreams() {}

    static JsonParser parser(byte[] json, int from, int to) {
        return FACTORY.createParser(ObjectReadContext.empty(), json, from, to - from);
    }
}
