package dev.vivace.config;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/** Why a configuration file is not usable: everything that is wrong with it, without secrets. */
public final class ConfigException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final List<Problem> problems;

    /**
     * One thing that is wrong.
     *
     * @param line from 1; 0 where it is about the file as a whole
     * @param path the key, such as {@code cache.ttl} or {@code upstreams.openai.keys[0]}; empty
     *     where it is about none
     * @param message what is wrong and what would be right, in one line
     */
    public record Problem(int line, String path, String message) {}

    ConfigException(Path file, List<Problem> problems) {
        super(
                problems.stream()
                        .map(problem -> describe(file, problem))
                        .collect(Collectors.joining("\n")));
        this.problems = List.copyOf(problems);
    }

    /** One line for each problem: {@code FILE:LINE: path: message}. */
    @Override
    public String getMessage() {
        return String.valueOf(super.getMessage());
    }

    /** In the order of their lines; never empty. */
    public List<Problem> problems() {
        return problems;
    }

    private static String describe(Path file, Problem problem) {
        String line = problem.line == 0 ? "" : ":" + problem.line;
        String path = problem.path.isEmpty() ? "" : problem.path + ": ";
        return file + line + ": " + path + problem.message;
    }
}
