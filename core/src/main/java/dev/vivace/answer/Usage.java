package dev.vivace.answer;

/**
 * The tokens of one answer as the upstream reported them.
 *
 * @param fresh prompt tokens that the provider's prefix cache did not have, those it wrote to its
 *     cache included; never negative
 * @param cached prompt tokens read from the provider's prefix cache; never negative
 * @param output tokens that the model wrote; never negative
 */
public record Usage(long fresh, long cached, long output) {
    /** More than any answer has; what is above it is no count, and sums stay far from overflow. */
    public static final long MAX_COUNT = 1L << 48;
}
