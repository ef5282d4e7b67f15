package dev.vivace.gateway;

import dev.vivace.answer.Failure;
import dev.vivace.deliver.Balancer;
import dev.vivace.deliver.UpstreamState;
import dev.vivace.line.Flight;
import dev.vivace.line.Models.Target;
import dev.vivace.line.Route;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Whom one flight may ask, and in which order. */
final class Targets {
    private final List<Candidate> chain;
    private final Optional<Candidate> larger;

    private Targets(List<Candidate> chain, Optional<Candidate> larger) {
        this.chain = chain;
        this.larger = larger;
    }

    /** Null if one of them names no lane. */
    static @Nullable Targets of(
            Flight flight, Map<String, Lane> lanes, Balancer balancer, String region) {
        Route route = flight.request().route();
        List<Target> chain = route.chain();
        if (chain.size() == 1 && route.larger().isEmpty()) {
            Candidate only = candidate(chain.getFirst(), lanes);
            return only == null ? null : new Targets(List.of(only), Optional.empty());
        }
        var found = new ArrayList<Candidate>(chain.size());
        var states = new ArrayList<UpstreamState>(chain.size());
        for (Target target : chain) {
            Candidate candidate = candidate(target, lanes);
            if (candidate == null) {
                return null;
            }
            found.add(candidate);
            states.add(candidate.lane().state());
        }
        var ordered = new ArrayList<Candidate>(found.size());
        boolean streamed = flight.call().streamed();
        for (int index : balancer.order(states, route.balance(), region, streamed)) {
            ordered.add(found.get(index));
        }
        if (route.larger().isEmpty()) {
            return new Targets(ordered, Optional.empty());
        }
        Candidate larger = candidate(route.larger().get(), lanes);
        return larger == null ? null : new Targets(ordered, Optional.of(larger));
    }

    private static @Nullable Candidate candidate(Target target, Map<String, Lane> lanes) {
        Lane lane = lanes.get(target.upstream());
        return lane == null ? null : new Candidate(target, lane);
    }

    /** In the order in which they are to be asked. */
    List<Candidate> chain() {
        return chain;
    }

    Candidate first() {
        return chain.getFirst();
    }

    /** Another that has the same model, was not asked yet and is not closed. */
    Optional<Candidate> twin(Candidate of) {
        for (Candidate each : chain) {
            if (each.target().model().equals(of.target().model()) && each.untried()) {
                return Optional.of(each);
            }
        }
        return Optional.empty();
    }

    /** The first of the chain that was not asked yet and is not closed. */
    Optional<Candidate> next() {
        for (Candidate each : chain) {
            if (each.untried()) {
                return Optional.of(each);
            }
        }
        return Optional.empty();
    }

    /** The one for prompts that are too long for the others, if there is one to ask still. */
    Optional<Candidate> larger() {
        return larger.filter(one -> one.tries() == 0);
    }

    /**
     * What to say where nobody lets the flight in: that it is too much at a time, if that is so of
     * any, and the soonest time of all at which one may have room.
     */
    Failure refusal() {
        Failure said = null;
        Duration soonest = null;
        var all = new ArrayList<>(chain);
        larger.filter(one -> one.tries() > 0).ifPresent(all::add);
        for (Candidate each : all) {
            Failure why = each.refusal().orElse(null);
            if (why == null) {
                continue;
            }
            if (said == null
                    || said.kind() == Failure.Kind.RESTING
                            && why.kind() == Failure.Kind.OVERLOADED) {
                said = why;
            }
            Duration after = why.retryAfter().orElse(null);
            if (after != null && (soonest == null || after.compareTo(soonest) < 0)) {
                soonest = after;
            }
        }
        Failure told = Objects.requireNonNull(said, "nobody refused");
        return new Failure(told.kind(), told.message(), Optional.ofNullable(soonest));
    }
}
