package dev.vivace.mcp;

import dev.vivace.config.ToolServer;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The last line that a program wrote of an error, or of anything if it wrote of none, as it may
 * stand in a log that everybody reads: programs that do not understand their arguments repeat them,
 * and a secret may be among those. Thread-safe.
 */
final class LastWords {
    private static final int LONGEST = 300;

    /** Shorter ones are no secrets, and occur in any sentence. */
    private static final int SHORTEST_HIDDEN = 4;

    private static final Pattern UNSEEN = Pattern.compile("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}]+");

    private static final Pattern ERROR =
            Pattern.compile("(?i)\\b(\\w*error|\\w*exception|fatal|panic|panicked)\\b");

    /** A header, an option with its value, an address that may have a password in it. */
    private static final Pattern COMPOSED =
            Pattern.compile("[\\w.-]+:\\s.*|[^\\s=]+=\\S*|\\S+://\\S*");

    private static final Pattern PARTS = Pattern.compile("[\\s:=@/?&,;\"'{}\\[\\]]+");

    private final List<String> hidden;
    private volatile String line = "";
    private volatile boolean error;
    private volatile boolean enough;

    LastWords(ToolServer.Local options) {
        Set<String> all = new LinkedHashSet<>();
        options.env().values().forEach(value -> addWithParts(value, all));
        for (String arg : options.args()) {
            if (COMPOSED.matcher(arg).matches()) {
                addWithParts(arg, all);
            } else {
                all.add(arg);
            }
        }
        hidden =
                all.stream()
                        .flatMap(String::lines)
                        .map(LastWords::clean)
                        .filter(text -> text.length() >= SHORTEST_HIDDEN)
                        .sorted(Comparator.comparingInt(String::length).reversed())
                        .toList();
    }

    private static void addWithParts(String value, Set<String> to) {
        to.add(value);
        PARTS.splitAsStream(value).forEach(to::add);
    }

    /**
     * It wrote a line.
     *
     * @param cut whether it went on: then it may end with half a secret, and is not told
     */
    void heard(String said, boolean cut) {
        // Node's last line is its version, Java's is where it was.
        boolean isError = ERROR.matcher(said).find();
        if (enough || said.isBlank() || error && !isError) {
            return;
        }
        error = isError;
        line = cut ? "(a line too long to be told)" : said;
    }

    /** What it writes from now on is of no interest. */
    void enough() {
        enough = true;
    }

    /** Empty if it wrote none. */
    Optional<String> now() {
        String told = clean(line);
        for (String secret : hidden) {
            told = told.replace(secret, "***");
        }
        return told.isEmpty()
                ? Optional.empty()
                : Optional.of(told.length() > LONGEST ? told.substring(0, LONGEST) + "..." : told);
    }

    private static String clean(String text) {
        return UNSEEN.matcher(text).replaceAll(" ").strip();
    }
}
