package dev.vivace.bench;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.SequencedSet;
import java.util.SortedSet;
import java.util.TreeMap;

/** All that was measured, round by round, and what went wrong. Thread-confined. */
final class Results {
    private final TreeMap<Row, LinkedHashMap<String, List<Double>>> values = new TreeMap<>();
    private final LinkedHashSet<String> names = new LinkedHashSet<>();
    private final LinkedHashSet<String> notes = new LinkedHashSet<>();

    void add(Row row, String name, double value) {
        names.add(name);
        values.computeIfAbsent(row, key -> new LinkedHashMap<>())
                .computeIfAbsent(name, key -> new ArrayList<>())
                .add(value);
    }

    /** Something that the reader of the report must know; said once. */
    void note(String text) {
        notes.add(text);
    }

    List<String> notes() {
        return List.copyOf(notes);
    }

    /** Who was measured: ourselves first, then in order of appearance. */
    SequencedSet<String> names() {
        var ordered = new LinkedHashSet<>(names);
        if (ordered.contains(VivaceRival.NAME)) {
            ordered.addFirst(VivaceRival.NAME);
        }
        return ordered;
    }

    SortedSet<Row> rows() {
        return values.navigableKeySet();
    }

    /** The rounds of a row, by name. */
    Map<String, List<Double>> of(Row row) {
        return Collections.unmodifiableMap(values.getOrDefault(row, new LinkedHashMap<>()));
    }

    List<Double> rounds(Row row, String name) {
        return of(row).getOrDefault(name, List.of());
    }

    OptionalDouble own(Row row) {
        return median(row, VivaceRival.NAME);
    }

    /** The median of the rounds. */
    OptionalDouble median(Row row, String name) {
        var rounds = rounds(row, name);
        return rounds.isEmpty() ? OptionalDouble.empty() : OptionalDouble.of(median(rounds));
    }

    /** Of at least one value; the mean of the two in the middle if their number is even. */
    static double median(List<Double> values) {
        var sorted = values.stream().sorted().toList();
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1
                ? sorted.get(middle)
                : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }
}
