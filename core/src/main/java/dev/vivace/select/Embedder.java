package dev.vivace.select;

/**
 * Turns text into a vector, so that texts that mean the same lie close to each other. Thread-safe;
 * blocks.
 */
@FunctionalInterface
public interface Embedder {
    /** A vector of always the same length, which the caller may keep; need not be of length 1. */
    float[] embed(String text);
}
