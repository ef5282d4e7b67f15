package dev.vivace.simulator;

/** Mixing of bits: numbers that look random and follow from what they are made of. */
final class Mix {
    private static final long GOLDEN = 0x9E3779B97F4A7C15L;

    private Mix() {}

    /** The finaliser of SplitMix64. */
    static long of(long value) {
        long z = value + GOLDEN;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }

    /** The same for two values, whose order matters. */
    static long of(long first, long second) {
        return of(of(first) ^ second);
    }

    /** From 0 to less than 1. */
    static double unit(long first, long second) {
        return (of(first, second) >>> 11) * 0x1p-53;
    }
}
