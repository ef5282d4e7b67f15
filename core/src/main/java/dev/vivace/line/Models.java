package dev.vivace.line;

import dev.vivace.cache.CachedAnswer;
import dev.vivace.cache.Invalidation;
import java.util.List;
import java.util.Map;
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
    private final Map<String, String> aliases;

    /**
     * @param upstreams their names; the first answers for models that name none
     * @param keyed those of them that have a key of ours
     * @param aliases {@code upstream/model} by the name that stands for it
     */
    public Models(List<String> upstreams, Set<String> keyed, Map<String, String> aliases) {
        if (upstreams.isEmpty()) {
            throw new IllegalArgumentException("at least one upstream is needed");
        }
        this.upstreams = List.copyOf(upstreams);
        this.keyed = Set.copyOf(keyed);
        this.aliases = Map.copyOf(aliases);
    }

    /**
     * An alias stands for its {@code upstream/model}; {@code NAME/model} goes to the upstream of
     * that name, if there is one; everything else, slashes included, is a model of the first.
     */
    public Target resolve(String model) {
        String name = aliases.getOrDefault(model, model);
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
        return which.model()
                .map(name -> which.or(which.ofModel(resolve(name).model())))
                .orElse(which);
    }

    /** The upstream for what names no model. */
    public Target first() {
        return target(upstreams.getFirst(), "");
    }

    private Target target(String upstream, String model) {
        return new Target(upstream, model, keyed.contains(upstream));
    }
}
