package dev.vivace.config;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A mapping whose keys are known; the others are reported. */
final class Section {
    private final Entry entry;
    private final Keys keys;
    private final Map<String, Entry> children;

    Section(Entry entry, Keys keys, Map<String, Entry> children) {
        this.entry = entry;
        this.keys = keys;
        this.children = children;
        children.forEach((name, child) -> {
            if (keys.find(name).isEmpty()) {
                child.problem(unknown(name, keys));
            }
        });
    }

    Optional<Entry> find(String key) {
        return Optional.ofNullable(children.get(key));
    }

    /** A section that is not there is one with nothing in it. */
    Section section(String key, Keys section) {
        return find(key)
                .map(child -> child.section(section))
                .orElseGet(() -> new Section(entry, section, Map.of()));
    }

    <T> T get(String key, Rule<T> rule, T fallback) {
        return find(key, rule).orElse(fallback);
    }

    <T> Optional<T> find(String key, Rule<T> rule) {
        known(key, rule);
        return find(key).flatMap(child -> child.read(rule));
    }

    <T> Optional<T> require(String key, Rule<T> rule) {
        known(key, rule);
        requireEntry(key, rule.expected());
        return find(key, rule);
    }

    /** The elements of a list; none if it is not there, or too short or too long. */
    List<Entry> elements(String key, Rule<?> rule) {
        Key known = known(key, rule);
        if (known.required()) {
            requireEntry(key, known.length() + ", each " + rule.expected());
        }
        return find(key).map(list -> list.elements(known, rule)).orElse(List.of());
    }

    /** What can be read of the elements of a list; none if it is not there. */
    <T> List<T> all(String key, Rule<T> rule) {
        return elements(key, rule).stream().flatMap(each -> each.read(rule).stream()).toList();
    }

    /** A mapping of names to values; what cannot be read of it is left out. */
    <T> Map<String, T> texts(String key, Rule<String> names, Rule<T> values) {
        Key documented = known(key, names);
        var texts = new LinkedHashMap<String, T>();
        find(key)
                .ifPresent(mapping -> {
                    Map<String, Entry> all = mapping.children();
                    if (all.size() > documented.most()) {
                        mapping.problem("may have " + documented.most() + " names at most");
                    }
                    all.forEach((name, value) -> {
                        Optional<T> text = value.read(values);
                        if (names.read(name).isPresent()) {
                            text.ifPresent(known -> texts.put(name, known));
                        } else {
                            value.problem(
                                    "is not a name that can be used; it must be "
                                            + names.expected());
                        }
                    });
                });
        return texts;
    }

    private void requireEntry(String key, String expected) {
        if (find(key).isEmpty() && entry.mayHaveChildren()) {
            entry.problem("needs the key " + key + ": " + expected);
        }
    }

    /** What is documented must be what is read. */
    private Key known(String name, Rule<?> rule) {
        return keys.find(name)
                .filter(key -> key.rule().equals(Optional.of(rule)))
                .orElseThrow(() -> new IllegalStateException(keys + " " + name));
    }

    private static String unknown(String name, Keys keys) {
        String nearest =
                Names.nearest(name, keys.known())
                        .map(known -> ", did you mean " + known + "?")
                        .orElse("");
        return "is not a key here" + nearest + " (known: " + String.join(", ", keys.known()) + ")";
    }
}
