package dev.vivace.replay;

import dev.vivace.replay.LedgerBook.Earning;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.node.ObjectNode;

/**
 * What the demo found.
 *
 * @param report the two runs
 * @param earnings which stage earned what, from the gateway's ledger
 * @param checks what was held against the upstream's own count
 * @param dashboard where the gateway shows it
 */
public record DemoReport(Report report, List<Earning> earnings, List<Check> checks, URI dashboard) {

    /**
     * @param what was looked at
     * @param good whether it is as it should be
     * @param found the numbers
     */
    record Check(String what, boolean good, String found) {}

    /** Whether every call was answered and every check is good. */
    public boolean good() {
        return !report.failed() && checks.stream().allMatch(Check::good);
    }

    /** Prompt and output tokens that nobody had to buy. */
    private long served() {
        return earnings.stream().mapToLong(Earning::tokens).sum();
    }

    /** The replay report and what the demo adds to it, as one JSON object. */
    public ObjectNode json() {
        var json = report.json();
        var earned = json.putArray("earned");
        for (var e : earnings) {
            earned.addObject()
                    .put("stage", e.stage())
                    .put("calls", e.calls())
                    .put("tokens", e.tokens())
                    .put("usd", Math.round(e.usd() * 1e9) / 1e9);
        }
        json.put("tokens_served", served());
        json.putObject("earned_how")
                .put("calls", "measured")
                .put("tokens", "computed")
                .put("usd", "computed");
        var checked = json.putArray("checks");
        for (var c : checks) {
            checked.addObject().put("what", c.what()).put("good", c.good()).put("found", c.found());
        }
        json.put("dashboard", dashboard.toString());
        return json;
    }

    /** For a person. */
    public List<String> text() {
        var lines = new ArrayList<String>();
        lines.add(report.what());
        lines.add("");
        lines.addAll(Table.of(report.baseline(), report.target(), "directly", "Vivace"));
        lines.add("");
        lines.add("  which stage earned what          calls         tokens   US dollars");
        for (var e : earnings) {
            lines.add(
                    String.format(
                            Locale.ROOT,
                            "  %-30s %,7d %,14d %12.6f",
                            e.stage(),
                            e.calls(),
                            e.tokens(),
                            e.usd()));
        }
        lines.add(String.format(Locale.ROOT, "  %-30s %,22d", "tokens served by us", served()));
        lines.add(
                "  calls are measured, tokens and dollars computed: what the same calls would have cost");
        lines.add("");
        for (var c : checks) {
            lines.add("  " + (c.good() ? "ok   " : "WRONG") + " " + c.what() + ": " + c.found());
        }
        lines.add("");
        report.notes().forEach(n -> lines.add("Note: " + n));
        report.baseline()
                .ifPresent(b -> b.failures().forEach(f -> lines.add("Failed directly: " + f)));
        report.target().failures().forEach(f -> lines.add("Failed through Vivace: " + f));
        return lines;
    }
}
