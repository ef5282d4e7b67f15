package dev.vivace.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Gathers what is wrong with one file, so that one run tells all of it. Not thread-safe. */
final class Problems {
    /** Nobody reads more, and aliases can make a small file mean millions. */
    static final int MOST = 200;

    private final Path file;
    private final List<ConfigException.Problem> all = new ArrayList<>();

    Problems(Path file) {
        this.file = file;
    }

    /**
     * @throws ConfigException with everything so far if these are enough
     */
    void add(int line, String path, String message) {
        all.add(new ConfigException.Problem(line, path, message));
        if (all.size() == MOST) {
            all.add(new ConfigException.Problem(0, "", "more problems are not listed"));
            throw failure();
        }
    }

    /**
     * @throws ConfigException if there is anything
     */
    void throwIfAny() {
        if (!all.isEmpty()) {
            throw failure();
        }
    }

    ConfigException failure(int line, String path, String message) {
        all.add(new ConfigException.Problem(line, path, message));
        return failure();
    }

    private ConfigException failure() {
        var sorted = new ArrayList<>(all);
        sorted.sort(
                Comparator.comparingInt(
                        problem -> problem.line() == 0 ? Integer.MAX_VALUE : problem.line()));
        return new ConfigException(file, sorted);
    }
}
