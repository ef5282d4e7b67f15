package dev.vivace.mcp;

import dev.vivace.config.ToolServer;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The last line that a program wrote of itself, as it may stand in a log that everybody reads:
 * programs that do not understand their arguments repeat them, and a secret may be among those.
 * Thread-safe.
 */
final class LastWords {
    private static final int LONGEST = 300;

    /** Shorter ones are no secrets, and occur in any sentence. */
    private static final int SHORTEST_HIDDEN = 4;

    private final List<String> hidden;
    private volatile String line = "";

    LastWords(ToolServer.Local options) {
        Set<String> all = new LinkedHashSet<>(options.env().values());
        options.args()
                .forEach(arg -> {
                    all.add(arg);
                    all.add(arg.substring(arg.indexOf('=') + 1));
                });
        hidden =
                all.stream()
                        .flatMap(String::lines)
                        .filter(text -> text.length() >= SHORTEST_HIDDEN)
                        .sorted(Comparator.comparingInt(String::length).reversed())
                        .toList();
    }

    /** It wrote a line. */
    void heard(String said) {
        if (!said.isBlank()) {
            line = said;
        }
    }

    /** Empty if it wrote none. */
    Optional<String> now() {
        String told = line;
        for (String secret : hidden) {
            told = told.replace(secret, "***");
        }
        told = told.replaceAll("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}]+", " ").strip();
        return told.isEmpty()
                ? Optional.empty()
                : Optional.of(told.length() > LONGEST ? told.substring(0, LONGEST) + "..." : told);
    }
}
