package dev.vivace.line;

import dev.vivace.cache.CachedAnswer;
import dev.vivace.cache.Invalidation;
import dev.vivace.deliver.Balance;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/** Which upstream answers for a model. */
public final class Models {
    /**
     * Where a call goes.
     *
     * @param model as the upstream names it
     * @param keyed whether the upstream has a key of ours, so that clients' credentials stay here
     */
    public record Target(String upstream, String model, boolean keyed) {
        /**
         * Whether the model looks things up in the world without being given a tool, by what
         * providers call such models.
         */
        boolean looksUp() {
            return model.contains("-search-preview")
                    || model.contains("-search-api")
                    || model.contains("deep-research")
                    || model.endsWith(":online");
        }
    }

    private final List<String> upstreams;
    private final Set<String> keyed;
    private final Map<String, Route> routes;

    /**
     * What a configured name of a model stands for.
     *
     * @param chain of {@code upstream/model}, at least one
     * @param larger likewise
     */
    public record Named(List<String> chain, Balance balance, Optional<String> larger) {}

    /**
     * @param upstreams their names; the first answers for models that name none
     * @param keyed those of them that have a key of ours
     * @param named by the name that clients use
     */
    public Models(List<String> upstreams, Set<String> keyed, Map<String, Named> named) {
        if (upstreams.isEmpty()) {
            throw new IllegalArgumentException("at least one upstream is needed");
        }
        this.upstreams = List.copyOf(upstreams);
        this.keyed = Set.copyOf(keyed);
        var all = new HashMap<String, Route>();
        named.forEach((name, stands) ->
                all.put(
                        name,
                        new Route(
                                stands.chain().stream().map(this::target).toList(),
                                stands.balance(),
                                stands.larger().map(this::target))));
        this.routes = Map.copyOf(all);
    }

    /**
     * A configured name stands for its chain; {@code NAME/model} goes to the upstream of that name,
     * if there is one; everything else, slashes included, is a model of the first.
     */
    public Route resolve(String model) {
        Route route = routes.get(model);
        return route != null ? route : Route.to(target(model));
    }

    private Target target(String name) {
        int slash = name.indexOf('/');
        if (slash > 0 && slash < name.length() - 1) {
            String upstream = name.substring(0, slash);
            if (upstreams.contains(upstream)) {
                return target(upstream, name.substring(slash + 1));
            }
        }
        return target(upstreams.getFirst(), name);
    }

    /** What an invalidation holds for, whichever of its names the model goes by there. */
    public Predicate<CachedAnswer> meant(Invalidation which) {
        return named(which).stream()
                .<Predicate<CachedAnswer>>map(one -> one)
                .reduce(Predicate::or)
                .orElse(which);
    }

    /** The invalidation by each of the model's names; itself first. */
    List<Invalidation> named(Invalidation which) {
        var all = new LinkedHashSet<Invalidation>();
        all.add(which);
        which.model()
                .ifPresent(name ->
                        resolve(name).chain().forEach(to -> all.add(which.ofModel(to.model()))));
        return List.copyOf(all);
    }

    /** The upstream for what names no model. */
    public Route first() {
        return Route.to(target(upstreams.getFirst(), ""));
    }

    private Target target(String upstream, String model) {
        return new Target(upstream, model, keyed.contains(upstream));
    }
}
