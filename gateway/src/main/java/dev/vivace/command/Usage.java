package dev.vivace.command;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.commons.cli.Option;
import org.apache.commons.cli.Options;

/** What a command is called, what it takes, and what it says of itself. Built once, then read. */
public final class Usage {
    private static final int WIDTH = 100;

    private final String name;
    private final String summary;
    private final Options options = new Options();
    private final Map<String, String> fallbacks = new HashMap<>();
    private final Set<String> repeated = new HashSet<>();
    private final List<String> footer = new ArrayList<>();
    private List<String> details = List.of();
    private String operand = "";
    private int leastOperands;
    private int mostOperands;

    /**
     * @param name what is typed, such as {@code serve}
     * @param summary one sentence
     */
    public Usage(String name, String summary) {
        this.name = name;
        this.summary = summary;
        options.addOption("h", "help", false, "Says this.");
    }

    /** More than the summary, a paragraph each. */
    public Usage details(String... paragraphs) {
        details = List.of(paragraphs);
        return this;
    }

    /** Wants exactly one operand. */
    public Usage operand(String label, String description) {
        operands(label, description, 1, 1);
        return this;
    }

    /** Takes operands. */
    public Usage operands(String label, String description, int least, int most) {
        operand = label;
        leastOperands = least;
        mostOperands = most;
        footer.addFirst(label + ": " + description);
        return this;
    }

    /** An option without a value. */
    public Usage flag(String option, String description) {
        options.addOption(null, option, false, description);
        return this;
    }

    /** An option with a value. */
    public Usage option(String option, String label, String description) {
        options.addOption(
                Option.builder().longOpt(option).hasArg().argName(label).desc(description).get());
        return this;
    }

    /** An option with a value and a default, which the help then names. */
    public Usage option(String option, String label, String fallback, String description) {
        fallbacks.put(option, fallback);
        String sentence = description.substring(0, description.length() - 1);
        return option(option, label, sentence + " (default " + fallback + ").");
    }

    /** An option with a value that may be given more than once. */
    public Usage repeatable(String option, String label, String description) {
        repeated.add(option);
        return option(option, label, description + " Repeatable.");
    }

    /** Lines after the options: examples, exit codes. */
    public Usage footer(String... lines) {
        footer.addAll(List.of(lines));
        return this;
    }

    /** What is typed. */
    public String name() {
        return name;
    }

    String summary() {
        return summary;
    }

    Options options() {
        return options;
    }

    String operand() {
        return operand;
    }

    boolean takes(int operands) {
        return operands >= leastOperands && operands <= mostOperands;
    }

    boolean isRepeatable(String option) {
        return repeated.contains(option);
    }

    Optional<String> fallback(String option) {
        return Optional.ofNullable(fallbacks.get(option));
    }

    /**
     * The help text.
     *
     * @param program what is typed before the name
     */
    String help(String program) {
        var text = new Text(WIDTH);
        text.line(
                "Usage: "
                        + program
                        + " "
                        + name
                        + " [OPTIONS]"
                        + (mostOperands > 0 ? " " + operand : ""));
        text.line("");
        text.line(summary);
        details.forEach(text::paragraph);
        text.line("");
        text.table(options.getOptions().stream().map(Usage::row).toList());
        if (!footer.isEmpty()) {
            text.line("");
            footer.forEach(text::line);
        }
        return text.toString();
    }

    private static Text.Row row(Option option) {
        String letter = option.getOpt() == null ? "    " : "-" + option.getOpt() + ", ";
        String value = option.hasArg() ? " " + option.getArgName() : "";
        return new Text.Row(letter + "--" + option.getLongOpt() + value, option.getDescription());
    }
}
