package dev.vivace.chain;

import java.util.Collection;
import java.util.stream.Collectors;

/** Names in messages. */
final class Names {
    private static final int SHOWN = 20;

    private Names() {}

    /** In their order; those of many that there is room for. */
    static String of(Collection<String> names) {
        if (names.isEmpty()) {
            return "none";
        }
        return names.stream().sorted().limit(SHOWN).collect(Collectors.joining(", "))
                + (names.size() > SHOWN ? ", ..." : "");
    }
}
