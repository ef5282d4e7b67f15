package dev.vivace.command;

import dev.vivace.config.Names;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.DefaultParser;
import org.apache.commons.cli.MissingArgumentException;
import org.apache.commons.cli.Option;
import org.apache.commons.cli.ParseException;
import org.apache.commons.cli.UnrecognizedOptionException;

/**
 * A program of several commands. A command is only made when it is named: what the others would
 * need is not even loaded, which is a good part of a fast start.
 */
public final class Program {
    /** The exit code of wrong use. */
    public static final int WRONG_USE = 2;

    private static final int FAILED = 1;
    private static final String SEE_HELP = " (see --help)";

    private final String name;
    private final String version;
    private final String summary;
    private final List<String> footer;
    private final Map<String, Supplier<Command>> commands = new LinkedHashMap<>();
    private final Map<String, Supplier<Command>> hidden = new LinkedHashMap<>();
    private final Map<String, Supplier<Program>> groups = new LinkedHashMap<>();

    /**
     * @param name what is typed to start it
     * @param footer lines after the list of commands
     */
    public Program(String name, String version, String summary, String... footer) {
        this.name = name;
        this.version = version;
        this.summary = summary;
        this.footer = List.of(footer);
    }

    /** Adds a command. */
    public Program with(String command, Supplier<Command> maker) {
        commands.put(command, maker);
        return this;
    }

    /** Adds a command that the help does not show. */
    public Program withHidden(String command, Supplier<Command> maker) {
        hidden.put(command, maker);
        return this;
    }

    /**
     * Adds a word that is followed by a command of another program, such as {@code keys list}.
     *
     * @param maker of a program whose name ends in that word
     */
    public Program withGroup(String word, Supplier<Program> maker) {
        groups.put(word, maker);
        return this;
    }

    /**
     * Runs the command that the arguments name.
     *
     * @return the exit code: the command's own, 2 for wrong use, 1 if it failed in a way that it
     *     did not foresee
     */
    public int run(Console console, String... arguments) {
        String first = arguments.length == 0 ? "" : arguments[0];
        switch (first) {
            case "-h", "--help", "help" -> {
                console.out().print(help());
                return 0;
            }
            case "-V", "--version", "version" -> {
                console.out().println(name + " " + version);
                return 0;
            }
            case "" -> {
                console.err().print(help());
                return WRONG_USE;
            }
            default -> {}
        }
        List<String> rest = List.of(arguments).subList(1, arguments.length);
        Supplier<Program> group = groups.get(first);
        if (group != null) {
            return group.get().run(console, rest.toArray(String[]::new));
        }
        Supplier<Command> maker = commands.getOrDefault(first, hidden.get(first));
        if (maker == null) {
            console.err()
                    .println(
                            name
                                    + ": there is no command '"
                                    + first
                                    + "'"
                                    + didYouMean(first, words())
                                    + "; "
                                    + name
                                    + " --help lists them");
            return WRONG_USE;
        }
        return run(maker.get(), console, rest);
    }

    private int run(Command command, Console console, List<String> arguments) {
        Usage usage = command.usage();
        String prefix = name + " " + usage.name();
        try {
            CommandLine line = parse(usage, arguments);
            if (line.hasOption("help")) {
                console.out().print(usage.help(name));
                return 0;
            }
            checkOperands(usage, line);
            return command.run(new Arguments(usage, line), console);
        } catch (UsageException e) {
            console.err().println(prefix + ": " + e.getMessage());
            return WRONG_USE;
        } catch (Exception e) {
            // What no command foresaw: one line for a person; the rest with VIVACE_DEBUG set.
            console.err().println(prefix + ": " + e.getMessage());
            if (System.getenv("VIVACE_DEBUG") != null) {
                e.printStackTrace(console.err());
            }
            return FAILED;
        }
    }

    private static CommandLine parse(Usage usage, List<String> arguments) {
        try {
            CommandLine line =
                    DefaultParser.builder()
                            .setAllowPartialMatching(false)
                            .get()
                            .parse(usage.options(), arguments.toArray(String[]::new));
            for (Option option : line.getOptions()) {
                String name = option.getLongOpt();
                String[] values = line.getOptionValues(option);
                if (values != null && values.length > 1 && !usage.isRepeatable(name)) {
                    throw new UsageException("--" + name + " is given more than once");
                }
            }
            return line;
        } catch (MissingArgumentException e) {
            throw new UsageException(
                    "--" + e.getOption().getLongOpt() + " needs a value" + SEE_HELP);
        } catch (UnrecognizedOptionException e) {
            var names =
                    usage.options().getOptions().stream()
                            .map(option -> "--" + option.getLongOpt())
                            .toList();
            String option = e.getOption();
            int end = option.indexOf('=');
            String bare = end < 0 ? option : option.substring(0, end);
            throw new UsageException(
                    "there is no option " + bare + didYouMean(bare, names) + SEE_HELP);
        } catch (ParseException e) {
            throw new UsageException(e.getMessage() + SEE_HELP);
        }
    }

    private static void checkOperands(Usage usage, CommandLine line) {
        List<String> operands = line.getArgList();
        if (usage.takes(operands.size())) {
            return;
        }
        if (!usage.operand().isEmpty() && operands.isEmpty()) {
            throw new UsageException(usage.operand() + " is missing" + SEE_HELP);
        }
        throw new UsageException("'" + operands.getLast() + "' is too much" + SEE_HELP);
    }

    private static String didYouMean(String word, Collection<String> names) {
        return Names.nearest(word, names).map(near -> ", did you mean " + near + "?").orElse("");
    }

    private List<String> words() {
        return Stream.concat(commands.keySet().stream(), groups.keySet().stream()).toList();
    }

    private String help() {
        var text = new Text(100);
        text.line("Usage: " + name + " COMMAND [OPTIONS]");
        text.line("");
        text.line(summary);
        text.line("");
        var rows = new ArrayList<Text.Row>();
        commands.forEach(
                (word, maker) -> rows.add(new Text.Row(word, maker.get().usage().summary())));
        groups.forEach((word, maker) -> rows.add(new Text.Row(word, maker.get().summary)));
        text.table(rows);
        text.line("");
        footer.forEach(text::line);
        return text.toString();
    }
}
