package dev.vivace.config;

import java.time.Instant;
import java.util.List;

/**
 * What became of the last change of the configuration file.
 *
 * @param at when it was seen
 * @param applied whether it is in force; if not, what was in force before still is
 * @param problems why it is not
 */
public record Reload(Instant at, boolean applied, List<ConfigException.Problem> problems) {
    public Reload {
        problems = List.copyOf(problems);
    }

    /** Whether it is not in force only because that needs a restart. */
    public boolean waitsForRestart() {
        return !applied && problems.stream().allMatch(RestartKeys::is);
    }

    public static Reload applied(Instant at) {
        return new Reload(at, true, List.of());
    }

    public static Reload rejected(Instant at, ConfigException why) {
        return new Reload(at, false, why.problems());
    }
}
