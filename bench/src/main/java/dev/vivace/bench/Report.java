package dev.vivace.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import tools.jackson.databind.json.JsonMapper;

/** The results, for a person and for a program. */
record Report(Machine machine, Results results) {
    private static final String NONE = "-";

    /** A table: a row per measurement, medians of the rounds, with the target beside them. */
    String table() {
        var names = List.copyOf(results.names());
        var lines = new ArrayList<List<String>>();
        var head = new ArrayList<>(List.of("", "c"));
        head.addAll(names);
        head.add("vivace/nginx");
        boolean versions = names.contains(VivaceRival.OTHER);
        if (versions) {
            head.add("vivace/" + VivaceRival.OTHER);
        }
        head.addAll(List.of("target", ""));
        lines.add(head);
        for (var row : results.rows()) {
            var line = new ArrayList<String>();
            line.add(row.metric().label());
            line.add(row.connections() == 0 ? "" : Integer.toString(row.connections()));
            names.forEach(name -> line.add(number(results.median(row, name))));
            line.add(ratio(row, NginxRival.NAME));
            if (versions) {
                line.add(ratio(row, VivaceRival.OTHER));
            }
            line.add(row.target().map(Target::text).orElse(""));
            line.add(verdict(row));
            lines.add(line);
        }
        return machine.text() + "\n\n" + aligned(lines) + notes();
    }

    /** Every round of every row. */
    String json() {
        var rows = new ArrayList<Map<String, Object>>();
        for (var row : results.rows()) {
            var entry = new LinkedHashMap<String, Object>();
            entry.put("metric", row.metric().name().toLowerCase(Locale.ROOT));
            entry.put("what", row.metric().label());
            entry.put("unit", row.metric().unit());
            entry.put("connections", row.connections());
            var medians = new LinkedHashMap<String, Object>();
            results.of(row).forEach((name, rounds) -> medians.put(name, Results.median(rounds)));
            entry.put("median", medians);
            entry.put("rounds", results.of(row));
            row.target()
                    .ifPresent(target -> {
                        entry.put("target", target.text());
                        target.reached(results, row)
                                .ifPresent(reached -> entry.put("reached", reached));
                    });
            rows.add(entry);
        }
        var whole = new LinkedHashMap<String, Object>();
        whole.put("machine", machine);
        whole.put("rows", rows);
        whole.put("notes", results.notes());
        return JsonMapper.shared().writerWithDefaultPrettyPrinter().writeValueAsString(whole)
                + "\n";
    }

    /** With as many digits as it deserves. */
    static String number(double value) {
        return Math.abs(value) >= 100 || value == Math.rint(value)
                ? String.format(Locale.ROOT, "%,.0f", value)
                : String.format(Locale.ROOT, "%.1f", value);
    }

    private static String number(OptionalDouble value) {
        return value.isPresent() ? number(value.getAsDouble()) : NONE;
    }

    private String ratio(Row row, String rival) {
        var own = results.own(row);
        var theirs = results.median(row, rival);
        return own.isEmpty() || theirs.isEmpty() || theirs.getAsDouble() <= 0
                ? ""
                : String.format(Locale.ROOT, "%.2f", own.getAsDouble() / theirs.getAsDouble());
    }

    private String verdict(Row row) {
        return row.target()
                .map(target -> target.reached(results, row))
                .map(reached -> reached.map(yes -> yes ? "reached" : "MISSED").orElse(NONE))
                .orElse("");
    }

    private String notes() {
        return results.notes().stream()
                .map(note -> "\nNote: " + note)
                .collect(Collectors.joining());
    }

    private static String aligned(List<List<String>> lines) {
        int columns = lines.getFirst().size();
        int[] widths =
                IntStream.range(0, columns)
                        .map(i -> lines.stream().mapToInt(l -> l.get(i).length()).max().orElse(0))
                        .toArray();
        var text = new StringBuilder();
        for (var line : lines) {
            var cells = new ArrayList<String>();
            for (int i = 0; i < columns; i++) {
                var gap = " ".repeat(widths[i] - line.get(i).length());
                boolean isText = i == 0 || i >= columns - 2;
                cells.add(isText ? line.get(i) + gap : gap + line.get(i));
            }
            text.append(String.join("  ", cells).stripTrailing()).append('\n');
        }
        return text.toString();
    }
}
