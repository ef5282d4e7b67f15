package dev.vivace.replay;

import java.util.Optional;

/** How one call ended. */
sealed interface Outcome {

    /**
     * @param content a digest of everything that an agent reads of the answer
     * @param message what the model said; empty for embeddings
     * @param usage as the upstream reported it; empty if it did not
     * @param firstTokenNanos {@link System#nanoTime} at the first part of the answer
     * @param endNanos the same at its end
     */
    record Answered(
            String content,
            Optional<AssistantMessage> message,
            Optional<Usage> usage,
            Receipt receipt,
            long firstTokenNanos,
            long endNanos)
            implements Outcome {}

    /**
     * @param why one line for a person
     * @param upstreamCalls how many calls reached the other side all the same
     */
    record Failed(String why, int upstreamCalls) implements Outcome {}

    /** The agent's patience ended. */
    record GaveUp() implements Outcome {}
}
