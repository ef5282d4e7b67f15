package dev.vivace.config;

import java.util.Map;
import java.util.Optional;

/** A mapping whose keys are known; the others are reported. */
final class Section {
    private final Entry entry;
    private final Map<String, Entry> children;

    Section(Entry entry, Keys keys, Map<String, Entry> children) {
        this.entry = entry;
        this.children = children;
        children.forEach((name, child) -> {
            if (!keys.known().contains(name)) {
                child.problem(unknown(name, keys));
            }
        });
    }

    Optional<Entry> find(String key) {
        return Optional.ofNullable(children.get(key));
    }

    /** A section that is not there is one with nothing in it. */
    Section section(String key, Keys keys) {
        return find(key)
                .map(child -> child.section(keys))
                .orElseGet(() -> new Section(entry, keys, Map.of()));
    }

    <T> T get(String key, Rule<T> rule, T fallback) {
        return find(key).flatMap(child -> child.read(rule)).orElse(fallback);
    }

    <T> Optional<T> require(String key, Rule<T> rule) {
        return requireEntry(key, rule.expected()).flatMap(child -> child.read(rule));
    }

    Optional<Entry> requireEntry(String key, String expected) {
        Optional<Entry> child = find(key);
        if (child.isEmpty() && entry.mayHaveChildren()) {
            entry.problem("needs the key " + key + ": " + expected);
        }
        return child;
    }

    private static String unknown(String name, Keys keys) {
        if (keys == Keys.FILE && name.equals("mcp")) {
            return "tool servers belong to a later version; this one would ignore them";
        }
        String nearest =
                Names.nearest(name, keys.known())
                        .map(known -> ", did you mean " + known + "?")
                        .orElse("");
        return "is not a key here" + nearest + " (known: " + String.join(", ", keys.known()) + ")";
    }
}
