package dev.vivace.key;

import java.util.OptionalDouble;

/**
 * What may be spent, in US dollars; empty is no limit. Days and months are those of UTC.
 *
 * @param day within one day, 0 or more
 * @param month within one calendar month, 0 or more
 */
public record Budget(OptionalDouble day, OptionalDouble month) {
    public static final Budget NONE = new Budget(OptionalDouble.empty(), OptionalDouble.empty());

    /**
     * @throws IllegalArgumentException naming what is out of range
     */
    public Budget {
        require("day", day);
        require("month", month);
    }

    /** Whether there is no limit at all. */
    public boolean none() {
        return day.isEmpty() && month.isEmpty();
    }

    private static void require(String name, OptionalDouble value) {
        if (value.isPresent() && !(value.getAsDouble() >= 0 && value.getAsDouble() <= 1e9)) {
            throw new IllegalArgumentException(
                    "the budget of a "
                            + name
                            + " must be from 0 to 1,000,000,000 US dollars, not "
                            + value.getAsDouble());
        }
    }
}
