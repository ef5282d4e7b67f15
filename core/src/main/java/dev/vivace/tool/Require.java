package dev.vivace.tool;

/** Checks options. */
final class Require {
    private Require() {}

    static <T extends Comparable<T>> void range(String name, T value, T least, T most) {
        if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
            throw new IllegalArgumentException(
                    name + " must be from " + least + " to " + most + ", not " + value);
        }
    }
}
