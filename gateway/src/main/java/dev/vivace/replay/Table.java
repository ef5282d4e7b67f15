package dev.vivace.replay;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.ToDoubleFunction;

/** A report as text for a person: the two sides beside each other. */
final class Table {
    private final List<String> lines = new ArrayList<>();
    private final Optional<Side> baseline;
    private final Side target;

    private Table(Optional<Side> baseline, Side target) {
        this.baseline = baseline;
        this.target = target;
    }

    /**
     * @param left the heading over the baseline
     * @param right the heading over the target
     */
    static List<String> of(Optional<Side> baseline, Side target, String left, String right) {
        var table = new Table(baseline, target);
        table.line("", baseline.isPresent() ? left : "", right, "change", "");
        table.row("calls that reached the model", "%,.0f", s -> s.upstreamCalls(), "measured");
        table.row("latency p50, ms", "%,.1f", s -> s.latency().p50(), "measured");
        table.row("latency p95, ms", "%,.1f", s -> s.latency().p95(), "measured");
        table.row("latency p99, ms", "%,.1f", s -> s.latency().p99(), "measured");
        table.row(
                "time to first token p50, ms",
                "%,.1f",
                s -> s.latency().firstTokenP50(),
                "measured");
        table.row("prompt tokens, fresh", "%,.0f", s -> s.usage().fresh(), "measured");
        table.row("prompt tokens, cached", "%,.0f", s -> s.usage().cached(), "measured");
        table.row("output tokens", "%,.0f", s -> s.usage().output(), "measured");
        table.row("cost, US dollars", "%,.4f", s -> cost(s.costUsd()), "computed");
        table.row("failed calls", "%,.0f", s -> s.errors(), "measured");
        table.row("whole run, s", "%,.1f", Side::seconds, "measured");
        return table.lines;
    }

    private static double cost(OptionalDouble usd) {
        return usd.orElse(Double.NaN);
    }

    private void row(String what, String format, ToDoubleFunction<Side> number, String how) {
        var right = number.applyAsDouble(target);
        var left = baseline.map(number::applyAsDouble).orElse(Double.NaN);
        line(
                what,
                baseline.isPresent() ? text(format, left) : "",
                text(format, right),
                change(left, right),
                how);
    }

    private void line(String what, String left, String right, String change, String how) {
        var text =
                baseline.isPresent()
                        ? String.format(
                                Locale.ROOT,
                                "  %-30s %14s %14s %9s  %s",
                                what,
                                left,
                                right,
                                change,
                                how)
                        : String.format(Locale.ROOT, "  %-30s %14s  %s", what, right, how);
        lines.add(text.stripTrailing());
    }

    private static String text(String format, double number) {
        return Double.isNaN(number) ? "unknown" : String.format(Locale.ROOT, format, number);
    }

    private static String change(double left, double right) {
        if (Double.isNaN(left) || Double.isNaN(right) || left == 0) {
            return "";
        }
        return String.format(Locale.ROOT, "%+.1f %%", (right / left - 1) * 100);
    }
}
