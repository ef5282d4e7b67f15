package dev.vivace.line;

import dev.vivace.deliver.Balance;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Who may answer a call, each under its own name for the model.
 *
 * @param chain at least one; the first is the one whose answers are looked for
 * @param balance which of them is asked first
 * @param larger asked when the prompt is too long for those
 */
public record Route(List<Models.Target> chain, Balance balance, Optional<Models.Target> larger) {
    public Route {
        chain = List.copyOf(chain);
        if (chain.isEmpty()) {
            throw new IllegalArgumentException("a route needs at least one target");
        }
    }

    static Route to(Models.Target only) {
        return new Route(List.of(only), Balance.ORDER, Optional.empty());
    }

    public Models.Target first() {
        return chain.getFirst();
    }

    /** All who may answer, whatever the order. */
    List<Models.Target> all() {
        return larger.map(
                        one -> {
                            var all = new ArrayList<>(chain);
                            all.add(one);
                            return List.copyOf(all);
                        })
                .orElse(chain);
    }

    /** Whether no target needs the client's own credential, so that it separates nobody. */
    public boolean keyed() {
        for (Models.Target target : chain) {
            if (!target.keyed()) {
                return false;
            }
        }
        return larger.isEmpty() || larger.get().keyed();
    }

    /**
     * Without those that call the model by another name: of them it is not known to be the same.
     */
    public Route sameModel() {
        if (chain.size() == 1 && larger.isEmpty()) {
            return this;
        }
        String model = first().model();
        return new Route(
                chain.stream().filter(target -> target.model().equals(model)).toList(),
                balance,
                Optional.empty());
    }
}
