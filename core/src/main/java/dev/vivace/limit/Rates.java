package dev.vivace.limit;

import java.util.OptionalLong;

/**
 * How much may be asked for within any minute; empty is no limit.
 *
 * @param requests calls a minute, 1 or more
 * @param tokens prompt and output tokens a minute, 1 or more
 */
public record Rates(OptionalLong requests, OptionalLong tokens) {
    public static final Rates NONE = new Rates(OptionalLong.empty(), OptionalLong.empty());

    /**
     * @throws IllegalArgumentException naming what is out of range
     */
    public Rates {
        require("requests", requests);
        require("tokens", tokens);
    }

    /** Whether there is no limit at all. */
    public boolean none() {
        return requests.isEmpty() && tokens.isEmpty();
    }

    private static void require(String name, OptionalLong value) {
        if (value.isPresent() && (value.getAsLong() < 1 || value.getAsLong() > 1L << 40)) {
            throw new IllegalArgumentException(
                    name + " a minute must be from 1 to 2^40, not " + value.getAsLong());
        }
    }
}
