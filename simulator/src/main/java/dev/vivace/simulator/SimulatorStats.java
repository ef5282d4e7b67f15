package dev.vivace.simulator;

import java.util.Map;

/**
 * What a simulator has served since its start or its last reset.
 *
 * @param requests requests by path; those to a path that does not exist as {@code other}
 * @param aborted answers whose client went away before their end
 * @param inFlight requests that have no end yet
 * @param promptTokens prompt tokens, cached ones included
 * @param cachedTokens prompt tokens that the prefix cache had
 * @param completionTokens tokens written; of an aborted stream those that were sent
 * @param costUsd US dollars for all of it
 * @param unscripted calls that no recording had, so that the answer was generated
 * @param rateLimited calls over the limit of tokens per minute
 * @param faults injected faults by name
 * @param repeated model calls whose body had come before, byte for byte
 * @param rebilled answers that were billed, whole or in part, though one to the same body had been
 */
public record SimulatorStats(
        Map<String, Long> requests,
        long aborted,
        long inFlight,
        long promptTokens,
        long cachedTokens,
        long completionTokens,
        double costUsd,
        long unscripted,
        long rateLimited,
        Map<String, Long> faults,
        long repeated,
        long rebilled) {
    public SimulatorStats {
        requests = Map.copyOf(requests);
        faults = Map.copyOf(faults);
    }
}
