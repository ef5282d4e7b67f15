package dev.vivace.config;

import java.util.Optional;

/**
 * One key that a section may have.
 *
 * @param kind what its value is
 * @param about for people: what it means
 * @param rule what it accepts: the value, each element of the list, or each name; empty for a
 *     section
 * @param values what each name of {@link Kind#TEXTS} stands for; else empty
 * @param least elements of a list
 * @param most elements of a list
 * @param required whether a section without it is refused
 * @param standard its value where the file says nothing, as a file would write it
 * @param otherwise for people, where {@code standard} is none: what applies then
 * @param section what the value, or the value of each name, holds
 */
record Key(
        String name,
        Kind kind,
        String about,
        Optional<Rule<?>> rule,
        Optional<Rule<?>> values,
        int least,
        int most,
        boolean required,
        Optional<String> standard,
        String otherwise,
        Optional<Keys> section) {
    /** What a value is. */
    enum Kind {
        VALUE,
        LIST,
        SECTION,
        /** A mapping of names of the user's own to sections. */
        NAMES,
        /** A mapping of names of the user's own to values. */
        TEXTS
    }

    static <T> Key of(String name, Rule<T> rule, T standard, String about) {
        String text = rule.printer().apply(standard);
        return value(name, rule, false, Optional.of(text), "", about);
    }

    static Key required(String name, Rule<?> rule, String about) {
        return value(name, rule, true, Optional.empty(), "", about);
    }

    static Key optional(String name, Rule<?> rule, String otherwise, String about) {
        return value(name, rule, false, Optional.empty(), otherwise, about);
    }

    /** A list of at least one is required, unless something applies otherwise. */
    static Key list(
            String name, int least, int most, Rule<?> rule, String otherwise, String about) {
        return new Key(
                name,
                Kind.LIST,
                about,
                Optional.of(rule),
                Optional.empty(),
                least,
                most,
                otherwise.isEmpty(),
                Optional.empty(),
                otherwise,
                Optional.empty());
    }

    static Key section(String name, Keys section, String about) {
        return new Key(
                name,
                Kind.SECTION,
                about,
                Optional.empty(),
                Optional.empty(),
                0,
                0,
                false,
                Optional.empty(),
                "",
                Optional.of(section));
    }

    static Key names(
            String name, int least, Rule<?> rule, Keys section, String otherwise, String about) {
        return new Key(
                name,
                Kind.NAMES,
                about,
                Optional.of(rule),
                Optional.empty(),
                least,
                Integer.MAX_VALUE,
                false,
                Optional.empty(),
                otherwise,
                Optional.of(section));
    }

    static Key texts(
            String name, int most, Rule<?> names, Rule<?> values, String otherwise, String about) {
        return new Key(
                name,
                Kind.TEXTS,
                about,
                Optional.of(names),
                Optional.of(values),
                0,
                most,
                false,
                Optional.empty(),
                otherwise,
                Optional.empty());
    }

    /** What a list must have, as in {@code "a list of 1 to 20"}. */
    String length() {
        return "a list of " + least + " to " + most;
    }

    private static Key value(
            String name,
            Rule<?> rule,
            boolean required,
            Optional<String> standard,
            String otherwise,
            String about) {
        return new Key(
                name,
                Kind.VALUE,
                about,
                Optional.of(rule),
                Optional.empty(),
                0,
                0,
                required,
                standard,
                otherwise,
                Optional.empty());
    }
}
