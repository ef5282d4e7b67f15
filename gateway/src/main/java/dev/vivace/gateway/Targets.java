package dev.vivace.gateway;

import dev.vivace.deliver.Balancer;
import dev.vivace.deliver.UpstreamState;
import dev.vivace.line.Models.Target;
import dev.vivace.line.Route;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Whom one flight may ask, in which order, and how often each was asked. */
final class Targets {
    private final List<Target> targets;
    private final List<Lane> lanes;
    private final int[] tries;
    private final int[] sent;
    private final boolean larger;

    private Targets(List<Target> targets, List<Lane> lanes, boolean larger) {
        this.targets = targets;
        this.lanes = lanes;
        this.tries = new int[targets.size()];
        this.sent = new int[targets.size()];
        this.larger = larger;
    }

    /** Null if one of them names no lane. */
    static @Nullable Targets of(
            Route route, Map<String, Lane> lanes, Balancer balancer, String region) {
        List<Target> chain = route.chain();
        if (chain.size() == 1 && route.larger().isEmpty()) {
            Lane only = lanes.get(chain.getFirst().upstream());
            return only == null ? null : new Targets(chain, List.of(only), false);
        }
        var all = new ArrayList<>(chain);
        route.larger().ifPresent(all::add);
        var found = new ArrayList<Lane>(all.size());
        for (Target target : all) {
            Lane lane = lanes.get(target.upstream());
            if (lane == null) {
                return null;
            }
            found.add(lane);
        }
        List<UpstreamState> states =
                found.subList(0, chain.size()).stream().map(Lane::state).toList();
        var targets = new ArrayList<Target>(all.size());
        var ordered = new ArrayList<Lane>(all.size());
        for (int index : balancer.order(states, route.balance(), region)) {
            targets.add(all.get(index));
            ordered.add(found.get(index));
        }
        route.larger()
                .ifPresent(target -> {
                    targets.add(target);
                    ordered.add(found.getLast());
                });
        return new Targets(targets, ordered, route.larger().isPresent());
    }

    Target get(int index) {
        return targets.get(index);
    }

    Lane lane(int index) {
        return lanes.get(index);
    }

    int indexOf(Target target) {
        return targets.indexOf(target);
    }

    /** Notes that one is asked; how often it has been with that. */
    int tried(int index) {
        return ++tries[index];
    }

    /** Notes that something is sent to one, which it may not be when asked; how often with that. */
    int sent(int index) {
        return ++sent[index];
    }

    int tries(int index) {
        return tries[index];
    }

    /**
     * Another that has the same model, was not asked yet and is not closed; -1 if there is none.
     */
    int untried(int like) {
        for (int i = 0; i < chain(); i++) {
            if (tries[i] == 0
                    && targets.get(i).model().equals(targets.get(like).model())
                    && lanes.get(i).closed().isEmpty()) {
                return i;
            }
        }
        return -1;
    }

    /** The first of the chain that was not asked yet and is not closed; -1 if there is none. */
    int untried() {
        for (int i = 0; i < chain(); i++) {
            if (tries[i] == 0 && lanes.get(i).closed().isEmpty()) {
                return i;
            }
        }
        return -1;
    }

    /** Whether a prompt that is too long can be taken elsewhere. */
    boolean hasLarger() {
        return larger && tries[chain()] == 0;
    }

    /** The one for prompts that are too long; -1 if there is none, or it was asked already. */
    int larger() {
        return hasLarger() ? chain() : -1;
    }

    private int chain() {
        return larger ? targets.size() - 1 : targets.size();
    }
}
