package dev.vivace.bench;

import dev.vivace.bench.FaultTally.Result;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/** The fault matrix, for a person and for a program. */
record FaultReport(List<Result> results, long seed) {
    static final String HEAD =
            "%-29s%7s%10s%8s%6s%11s%9s%9s%9s%6s"
                    .formatted(
                            "fault    rate   answer  place",
                            "calls",
                            "answered",
                            "errors",
                            "lost",
                            "differing",
                            "repeated",
                            "rebilled",
                            "allowed",
                            "over");
    private static final String NOTES =
            """
            place     where the faulty upstream stands: first of two, the other healthy; later: second of three,
                      after one that always answers 503; alone
            errors    failed and said so: an error answer, or an error event in the stream
            lost      any other end: cut without a word, silence, no sound answer; must be 0
            differing an answer, or its beginning, is not the one without faults; must be 0
            repeated  calls that an upstream got again; rebilled: answers that it billed again;
                      allowed: 10 % of its calls or 3, whichever is more, at all upstreams; over must be 0
            A stream that is cut or garbled after its first bytes were shown cannot be mended: the client has seen
            them. It ends with an error event. Where there is no other upstream, the retry budget saves what it can.\
            """;

    boolean holds() {
        return results.stream().allMatch(Result::holds);
    }

    static String line(Result row) {
        return "%-29s%7d%10d%8d%6d%11d%9d%9d%9d%6d%s"
                .formatted(
                        row.cell().name(),
                        row.calls(),
                        row.answered(),
                        row.errors(),
                        row.lost(),
                        row.differing(),
                        row.repeated(),
                        row.rebilled(),
                        row.allowed(),
                        row.over(),
                        row.holds() ? "" : "  DOES NOT HOLD");
    }

    String table() {
        var lines = new ArrayList<String>();
        lines.add(HEAD);
        results.forEach(row -> lines.add(line(row)));
        lines.add("");
        lines.add(NOTES);
        results.forEach(
                row -> row.findings().forEach(what -> lines.add(row.cell().name() + ": " + what)));
        lines.add("");
        lines.add(
                "%d calls in %d rows, seed %d: %d lost, %d differing, %d over budget; %s"
                        .formatted(
                                results.stream().mapToInt(Result::calls).sum(),
                                results.size(),
                                seed,
                                results.stream().mapToInt(Result::lost).sum(),
                                results.stream().mapToInt(Result::differing).sum(),
                                results.stream().mapToLong(Result::over).sum(),
                                holds() ? "it holds" : "it does not hold"));
        return String.join("\n", lines);
    }

    String json() {
        var rows = new ArrayList<Map<String, Object>>();
        for (Result row : results) {
            var entry = new LinkedHashMap<String, Object>();
            entry.put("fault", row.cell().fault());
            entry.put("rate", row.cell().rate());
            entry.put("streamed", row.cell().streamed());
            entry.put("place", row.cell().place().name().toLowerCase(Locale.ROOT));
            entry.put("calls", row.calls());
            entry.put("answered", row.answered());
            entry.put("errors", row.errors());
            entry.put("lost", row.lost());
            entry.put("differing", row.differing());
            entry.put("repeated", row.repeated());
            entry.put("rebilled", row.rebilled());
            entry.put("allowed", row.allowed());
            entry.put("over", row.over());
            entry.put("mendable", row.cell().mendable());
            entry.put("holds", row.holds());
            rows.add(entry);
        }
        var whole = new LinkedHashMap<String, Object>();
        whole.put("seed", seed);
        whole.put("holds", holds());
        whole.put("rows", rows);
        return JsonMapper.builder()
                .build()
                .writerWithDefaultPrettyPrinter()
                .writeValueAsString(whole);
    }
}
