package dev.vivace.config;

import dev.vivace.deliver.Balance;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What a model's name stands for.
 *
 * @param chain 1 to 20 of {@code upstream/model}, none of them twice; who fails is followed by the
 *     next
 * @param balance in which order they are asked; {@code ORDER} by default
 * @param larger the {@code upstream/model} that is asked when a call is too long for the chain;
 *     empty: none
 */
public record ModelRoute(List<String> chain, Balance balance, Optional<String> larger) {
    static final int LONGEST = 20;
    static final Rule<String> TARGET =
            Rule.text(
                    "an upstream's name, a slash and the model's name there, as in openai/gpt-4o-mini",
                    "[A-Za-z0-9][A-Za-z0-9._-]{0,63}/[^\\s\\p{Cntrl}]{1,256}");

    /**
     * @throws IllegalArgumentException naming what is out of range
     */
    public ModelRoute {
        chain = List.copyOf(chain);
        if (chain.isEmpty() || chain.size() > LONGEST) {
            throw new IllegalArgumentException(
                    "chain must have 1 to " + LONGEST + " elements, not " + chain.size());
        }
        for (String target : chain) {
            TARGET.require("chain", target);
        }
        if (new HashSet<>(chain).size() < chain.size()) {
            throw new IllegalArgumentException("chain must not have an element twice: " + chain);
        }
        larger.ifPresent(target -> TARGET.require("larger", target));
    }

    /** In this order, without a larger one. */
    public static ModelRoute of(String... chain) {
        return new ModelRoute(List.of(chain), Balance.ORDER, Optional.empty());
    }

    /** Everything that it may lead to. */
    public Stream<String> targets() {
        return Stream.concat(chain.stream(), larger.stream());
    }

    /** The part of a {@code upstream/model} before its first slash. */
    static String upstreamOf(String target) {
        return target.substring(0, target.indexOf('/'));
    }
}
