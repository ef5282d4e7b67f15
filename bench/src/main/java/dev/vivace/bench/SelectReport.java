package dev.vivace.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/** How well tools are selected, for a person and for a program. */
record SelectReport(long seed, List<Row> rows, SelectSpeed speed) {
    /** Targets of the whole: recall at the named places. */
    private static final Map<String, Map<String, Double>> LEAST =
            Map.of(
                    "metatool", Map.of("at1", 0.376, "at5", 0.545),
                    "bfcl live_multiple", Map.of("at1", 0.52, "at10", 0.84));

    /**
     * @param bound whether it must reach what is the least for its data
     */
    record Row(String data, String what, int tools, int questions, Recall recall, boolean bound) {}

    String table() {
        var text = new StringBuilder();
        var machine = Machine.here("none");
        text.append(
                "%s: %d x %s; %s\n\n"
                        .formatted(machine.date(), machine.cores(), machine.cpu(), machine.jdk()));
        text.append(
                "%-20s %-54s %5s %9s  %-5s  %-5s  %-5s\n"
                        .formatted("", "", "tools", "requests", "@1", "@5", "@10"));
        for (Row row : rows) {
            text.append(
                    "%-20s %-54s %5d %9d  %s%s\n"
                            .formatted(
                                    row.data(),
                                    row.what(),
                                    row.tools(),
                                    row.questions(),
                                    row.recall().text(),
                                    verdict(row)));
        }
        return text.append(
                        String.format(
                                Locale.ROOT,
                                "%n1,000 tools, median us: rank %.0f, select a new request %.0f, a known one"
                                        + " %.1f; index made in %.0f ms; seed %d%n",
                                speed.rankMicros(),
                                speed.selectMicros(),
                                speed.cachedMicros(),
                                speed.indexMillis(),
                                seed))
                .toString();
    }

    private static String verdict(Row row) {
        if (!row.bound()) {
            return "";
        }
        return reaches(row) ? "  reached" : "  MISSED: at least " + LEAST.get(row.data());
    }

    private static boolean reaches(Row row) {
        var least = LEAST.getOrDefault(row.data(), Map.of());
        return row.recall().at1() >= least.getOrDefault("at1", 0.0)
                && row.recall().at5() >= least.getOrDefault("at5", 0.0)
                && row.recall().at10() >= least.getOrDefault("at10", 0.0);
    }

    /** Whether what must be reached is. Times are told, and bind nobody. */
    boolean holds() {
        return rows.stream().filter(Row::bound).allMatch(SelectReport::reaches);
    }

    String json() {
        var whole = new LinkedHashMap<String, Object>();
        whole.put("machine", Machine.here("none"));
        whole.put("seed", seed);
        var list = new ArrayList<Map<String, Object>>();
        for (Row row : rows) {
            var entry = new LinkedHashMap<String, Object>();
            entry.put("data", row.data());
            entry.put("what", row.what());
            entry.put("tools", row.tools());
            entry.put("requests", row.questions());
            entry.put("recall", row.recall());
            if (row.bound()) {
                entry.put("reached", reaches(row));
            }
            list.add(entry);
        }
        whole.put("rows", list);
        whole.put("speed_1000_tools", speed);
        return JsonMapper.shared().writerWithDefaultPrettyPrinter().writeValueAsString(whole);
    }
}
