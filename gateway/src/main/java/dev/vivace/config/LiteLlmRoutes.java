package dev.vivace.config;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Makes chains of deployments, and of what is said about falling back. */
final class LiteLlmRoutes {
    /** What a name stands for, as far as it is known. */
    private static final class Route {
        private final Set<String> chain;
        private String balance;
        private String larger = "";

        Route(Set<String> chain, String balance) {
            this.chain = chain;
            this.balance = balance;
        }

        Map<String, Object> written() {
            Map<String, Object> written = new LinkedHashMap<>();
            written.put("chain", chain);
            if (!balance.equals(ORDER)) {
                written.put("balance", balance);
            }
            if (!larger.isEmpty()) {
                written.put("larger", larger);
            }
            return written;
        }
    }

    private static final String ORDER = "order";

    private final Map<String, List<LiteLlmDeployment>> groups = new LinkedHashMap<>();
    private final Map<String, Route> routes = new LinkedHashMap<>();
    private final Map<LiteLlmDeployment.Site, String> upstreams;
    private final LiteLlmNotes notes;

    LiteLlmRoutes(
            List<LiteLlmDeployment> deployments,
            Map<LiteLlmDeployment.Site, String> upstreams,
            LiteLlmNotes notes) {
        this.upstreams = upstreams;
        this.notes = notes;
        for (LiteLlmDeployment deployment : deployments) {
            if (deployment.name().contains("*") || deployment.model().contains("*")) {
                notes.add(
                        deployment.place(),
                        "names with * are not kept; every model of the upstream can be asked for as %s/MODEL"
                                .formatted(upstreams.get(deployment.site())));
            } else {
                groups.computeIfAbsent(deployment.name(), name -> new ArrayList<>())
                        .add(deployment);
            }
        }
    }

    /**
     * @param balance of those with several deployments
     */
    void balance(String balance) {
        groups.forEach((name, deployments) -> {
            Set<String> chain = targets(name);
            boolean ordered = deployments.stream().anyMatch(one -> one.order().isPresent());
            routes.put(name, new Route(chain, chain.size() > 1 && !ordered ? balance : ORDER));
        });
    }

    /**
     * @param list of mappings from a model to the models after it
     */
    void fallbacks(LiteLlmNode list) {
        for (LiteLlmNode element : list.elements()) {
            element.children().forEach((name, others) -> fallback(name, others));
        }
    }

    /** For every model, those that come after it. */
    void defaultFallbacks(LiteLlmNode list) {
        Set<String> last = new LinkedHashSet<>(targets(list));
        routes.keySet().forEach(name -> extend(name, last, list));
    }

    /** As {@link #fallbacks}, for calls that are too long. */
    void larger(LiteLlmNode list) {
        for (LiteLlmNode element : list.elements()) {
            element.children()
                    .forEach((name, others) -> {
                        List<String> targets = List.copyOf(targets(others));
                        Route route = routes.get(name);
                        if (route == null) {
                            notes.add(others, "is not kept: no such model_name");
                        } else if (!targets.isEmpty()) {
                            route.larger = targets.getFirst();
                            if (targets.size() > 1) {
                                notes.add(others, "only the first is kept: " + targets.getFirst());
                            }
                        }
                    });
        }
    }

    void aliases(LiteLlmNode mapping) {
        mapping.children()
                .forEach((alias, target) -> {
                    Route route =
                            routes.get(target.text().or(() -> target.text("model")).orElse(""));
                    if (route == null || Config.MODEL_NAME.read(alias).isEmpty()) {
                        notes.add(target, "is not kept: no such model_name");
                    } else {
                        routes.put(alias, route);
                    }
                });
    }

    /** By name, as a file of ours writes them. */
    Map<String, Object> written() {
        var written = new LinkedHashMap<String, Object>();
        routes.forEach((name, route) -> written.put(name, route.written()));
        return written;
    }

    private void fallback(String name, LiteLlmNode others) {
        if (routes.containsKey(name)) {
            extend(name, targets(others), others);
        } else {
            notes.add(others, "is not kept: no such model_name");
        }
    }

    private void extend(String name, Set<String> more, LiteLlmNode place) {
        Route route = routes.get(name);
        if (route == null || !route.chain.addAll(more)) {
            return;
        }
        cut(route.chain, place);
        if (!route.balance.equals(ORDER)) {
            route.balance = ORDER;
            notes.add(
                    place,
                    "the deployments of %s are asked in their order, so that the fallbacks come last"
                            .formatted(Shown.text(name)));
        }
    }

    /** No chain is longer than one may be. */
    private Set<String> cut(Set<String> chain, LiteLlmNode place) {
        if (chain.size() > ModelRoute.LONGEST) {
            notes.add(
                    place,
                    "a chain has at most %d; the others are left out"
                            .formatted(ModelRoute.LONGEST));
            chain.retainAll(List.copyOf(chain).subList(0, ModelRoute.LONGEST));
        }
        return chain;
    }

    /** Of the models that a list names. */
    private Set<String> targets(LiteLlmNode list) {
        Set<String> targets = new LinkedHashSet<>();
        for (LiteLlmNode element : list.elements()) {
            Optional<String> name = element.text().filter(groups::containsKey);
            if (name.isPresent()) {
                targets.addAll(targets(name.get()));
            } else {
                notes.add(element, "is not kept: no such model_name");
            }
        }
        return targets;
    }

    private Set<String> targets(String name) {
        List<LiteLlmDeployment> deployments = new ArrayList<>(groups.getOrDefault(name, List.of()));
        deployments.sort(Comparator.comparingDouble(one -> one.order().orElse(Double.MAX_VALUE)));
        Set<String> targets = new LinkedHashSet<>();
        for (LiteLlmDeployment one : deployments) {
            targets.add(upstreams.get(one.site()) + "/" + one.model());
        }
        return deployments.isEmpty() ? targets : cut(targets, deployments.getFirst().place());
    }
}
