package dev.vivace.deliver;

/** In which order the upstreams of a chain are asked. */
public enum Balance {
    /** As the chain has them. */
    ORDER,
    /** By chance, in proportion to their weights. */
    WEIGHT,
    /** First the one with the fewest calls in flight for its weight. */
    LEAST_BUSY,
    /** First the one whose recent answers began soonest. */
    FASTEST
}
