package dev.vivace.command;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.commons.cli.CommandLine;

/** What a command was given. Immutable. */
public final class Arguments {
    private final Usage usage;
    private final CommandLine line;

    Arguments(Usage usage, CommandLine line) {
        this.usage = usage;
        this.line = line;
    }

    /** Whether a flag was given. */
    public boolean has(String flag) {
        return line.hasOption(flag);
    }

    /** The value of an option, or else its default, if it has one. */
    public <T> Optional<T> find(String option, Kind<T> kind) {
        return Optional.ofNullable(line.getOptionValue(option))
                .or(() -> usage.fallback(option))
                .map(value -> read("--" + option, value, kind));
    }

    /**
     * The value of an option that has a default or must be given.
     *
     * @throws UsageException if it is missing
     */
    public <T> T get(String option, Kind<T> kind) {
        return find(option, kind)
                .orElseThrow(() -> new UsageException("--" + option + " is missing"));
    }

    /** All values of an option that may be repeated, in their order. */
    public <T> List<T> all(String option, Kind<T> kind) {
        String[] values = line.getOptionValues(option);
        return values == null
                ? List.of()
                : Arrays.stream(values).map(value -> read("--" + option, value, kind)).toList();
    }

    /** What stands beside the options. */
    public List<String> operands() {
        return line.getArgList();
    }

    /** The only operand. */
    public <T> T operand(Kind<T> kind) {
        return read(usage.operand(), operands().getFirst(), kind);
    }

    private static <T> T read(String what, String value, Kind<T> kind) {
        try {
            return kind.reader().apply(value);
        } catch (IllegalArgumentException e) {
            throw new UsageException(
                    what + ": '" + value + "' is not " + kind.expected() + reason(e));
        }
    }

    /** Java's own complaints about numbers say nothing that was not said. */
    private static String reason(IllegalArgumentException e) {
        return e instanceof NumberFormatException || e.getMessage() == null
                ? ""
                : ": " + e.getMessage();
    }
}
