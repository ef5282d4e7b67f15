package dev.vivace.gateway;

import dev.vivace.answer.Failure;
import dev.vivace.config.Config;
import dev.vivace.deliver.Breaker;
import dev.vivace.deliver.UpstreamState;
import dev.vivace.limit.UpstreamRates;
import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * The way of one event loop to one upstream.
 *
 * @param state what all loops know of the upstream
 * @param rates what it may be asked within a minute; empty if as much as one likes
 * @param nanoTime what measures the times of its attempts
 */
record Lane(
        String name,
        UpstreamSite site,
        Connections connections,
        UpstreamState state,
        Config.Timeouts timeouts,
        Optional<UpstreamRates> rates,
        LongSupplier nanoTime) {
    /** The beginning of a sentence about the upstream. */
    String called() {
        return site.called(name);
    }

    /** Why nobody is to be sent there now, if so; looks only. */
    Optional<Failure> closed() {
        if (state.breakerState() == Breaker.State.OPEN && state.opensIn().isPositive()) {
            return Optional.of(resting());
        }
        Duration rest = state.keys().restsFor();
        if (rest.isPositive()) {
            return Optional.of(
                    new Failure(
                            Failure.Kind.OVERLOADED,
                            called() + " has refused every key for now.",
                            Optional.of(rest)));
        }
        return Optional.empty();
    }

    Failure resting() {
        return new Failure(
                Failure.Kind.RESTING,
                called() + " fails too often and is left alone for a moment.",
                Optional.of(state.opensIn()));
    }

    Failure limited(UpstreamRates.Turn.Wait turn) {
        return new Failure(
                Failure.Kind.OVERLOADED,
                "This would be more than " + turn.limit() + ".",
                Optional.of(turn.after()));
    }

    Failure full(Duration retryAfter) {
        return new Failure(
                Failure.Kind.OVERLOADED,
                called() + " is busy, and so is everybody's place in the line for it.",
                Optional.of(retryAfter));
    }
}
