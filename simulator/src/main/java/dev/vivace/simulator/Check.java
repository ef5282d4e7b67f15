package dev.vivace.simulator;

/** Checks of option values; messages name the field, the value and what it may be. */
final class Check {
    private Check() {}

    static void duration(String name, double value) {
        if (!(value >= 0) || Double.isInfinite(value)) {
            throw new IllegalArgumentException(name + " must be 0 or more, not " + value);
        }
    }
}
