package dev.vivace.config;

import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Puts the environment's values where a text says {@code ${NAME}}; they are not read again. */
final class Variables {
    private static final Pattern REFERENCE = Pattern.compile("\\$\\{([^}]*)}?");
    private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,255}");

    private static final Pattern ONE = Pattern.compile("\\$\\{" + NAME.pattern() + "}");

    private final Function<String, Optional<String>> environment;

    Variables(Function<String, Optional<String>> environment) {
        this.environment = environment;
    }

    /** Whether there is a variable in a text that can be resolved. */
    static boolean isIn(String raw) {
        return REFERENCE.matcher(raw).find();
    }

    /** Whether a text is a variable and nothing else. */
    static boolean isOne(String raw) {
        return ONE.matcher(raw).matches();
    }

    /**
     * The text with its variables replaced.
     *
     * @throws IllegalArgumentException naming the variables that are not there; a message for the
     *     user, who sees no variable's value in it
     */
    String resolve(String raw) {
        Set<String> missing = new LinkedHashSet<>();
        String resolved =
                REFERENCE
                        .matcher(raw)
                        .replaceAll(found -> replacement(found.group(), found.group(1), missing));
        if (!missing.isEmpty()) {
            throw new IllegalArgumentException(
                    missing.stream()
                            .limit(10)
                            .map(name -> "the environment variable " + name + " is not set")
                            .collect(Collectors.joining("; ")));
        }
        return resolved;
    }

    private String replacement(String reference, String name, Set<String> missing) {
        if (!reference.endsWith("}") || !NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "${ must be followed by the name of an environment variable and by }");
        }
        Optional<String> value = environment.apply(name);
        if (value.isEmpty()) {
            missing.add(name);
        }
        return Matcher.quoteReplacement(value.orElse(""));
    }
}
