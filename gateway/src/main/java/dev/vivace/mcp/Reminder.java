package dev.vivace.mcp;

import java.time.Duration;

/**
 * When to tell again of what stays wrong in the same way: after a minute, and then after twice as
 * long each time, up to an hour. Not thread-safe.
 */
final class Reminder {
    private static final Duration FIRST = Duration.ofMinutes(1);
    private static final Duration LONGEST = Duration.ofHours(1);

    private String told = "";
    private long toldAt;
    private Duration pause = FIRST;

    /**
     * Whether this is to be told now; then it has been.
     *
     * @param anew whether all was well in between
     * @param now of a clock in nanoseconds that never goes back
     */
    boolean due(String what, boolean anew, long now) {
        boolean other = anew || !what.equals(told);
        if (!other && now - toldAt < pause.toNanos()) {
            return false;
        }
        Duration twice = pause.multipliedBy(2);
        pause = other ? FIRST : twice.compareTo(LONGEST) > 0 ? LONGEST : twice;
        told = what;
        toldAt = now;
        return true;
    }
}
