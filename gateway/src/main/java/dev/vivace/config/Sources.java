package dev.vivace.config;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Where the values of a configuration came from. Keys are whole, as in {@code
 * upstreams.openai.keys[0]}; a flag may also stand for all keys below it, as in {@code upstreams}.
 *
 * @param file the file that was read; empty if none was
 * @param written the keys that the file holds
 * @param variables the text of those of them that the file writes with the environment's variables,
 *     for whoever must not see what they stand for; of secrets only those that are one variable and
 *     nothing else
 * @param flags the keys that came from elsewhere after that, such as the command line
 */
public record Sources(
        Optional<Path> file,
        Set<String> written,
        Map<String, String> variables,
        Set<String> flags) {
    /** Everything by default. */
    static final Sources NONE = new Sources(Optional.empty(), Set.of(), Map.of(), Set.of());

    public Sources {
        written = Set.copyOf(written);
        variables = Map.copyOf(variables);
        flags = Set.copyOf(flags);
    }

    /** {@code flag}, {@code file} or {@code default}. */
    String of(String key) {
        if (flags.stream().anyMatch(flag -> covers(flag, key))) {
            return "flag";
        }
        return written.contains(key) ? "file" : "default";
    }

    /** After a key, or all keys below it, got another value from elsewhere. */
    Sources flag(String flag, boolean other) {
        if (!other) {
            return this;
        }
        var others = new HashSet<>(written);
        others.removeIf(key -> covers(flag, key));
        var texts = new HashMap<>(variables);
        texts.keySet().removeIf(key -> covers(flag, key));
        var all = new HashSet<>(flags);
        all.add(flag);
        return new Sources(file, others, texts, all);
    }

    private static boolean covers(String flag, String key) {
        return key.equals(flag)
                || (key.startsWith(flag)
                        && (key.charAt(flag.length()) == '.' || key.charAt(flag.length()) == '['));
    }

    /** Without the texts, so that no secret that stands beside a variable gets into a log. */
    @Override
    public String toString() {
        return "Sources[file=" + file + ", written=" + written + ", flags=" + flags + "]";
    }
}
