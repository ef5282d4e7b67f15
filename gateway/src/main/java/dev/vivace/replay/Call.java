package dev.vivace.replay;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * One call of an agent.
 *
 * @param number its place in the workload, from 0
 * @param path under the base URL, such as {@code /chat/completions}
 * @param model the model that the body names
 * @param body made when it is needed: the histories of a long conversation, all at one time, would
 *     fill the memory
 * @param recorded what the model said when the call was recorded, if it was
 * @param patience after this time without an answer's first byte the agent gives up, once, and asks
 *     again
 */
record Call(
        int number,
        String path,
        String model,
        Supplier<byte[]> body,
        Optional<AssistantMessage> recorded,
        Optional<Duration> patience) {}
