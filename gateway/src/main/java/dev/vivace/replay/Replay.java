package dev.vivace.replay;

import dev.vivace.simulator.Recordings;
import dev.vivace.simulator.RecordingsException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;

/** Replays recorded conversations at a target and, to compare, at a baseline. */
public final class Replay {
    private final ReplayOptions options;
    private final Play play;
    private final List<String> notes = new ArrayList<>();

    private Replay(ReplayOptions options, List<Lane> lanes) {
        this.options = options;
        this.play = Play.of(lanes, options.concurrency(), options.rate());
    }

    /**
     * Makes all calls, at the baseline first, and compares. Blocks until the last answer; says on
     * the standard error how far it is.
     *
     * @throws ReplayException if the file cannot be read or holds no call of an agent, or if
     *     nothing listens at an address
     */
    public static Report run(ReplayOptions options) throws InterruptedException {
        var lanes = lanes(options);
        if (lanes.isEmpty()) {
            throw new ReplayException(
                    options.file()
                            + " holds nothing to replay: no message of an assistant that answers"
                            + " anything");
        }
        return new Replay(options, lanes).run();
    }

    private static List<Lane> lanes(ReplayOptions options) {
        try {
            return new ConversationCalls(options).lanes(Recordings.read(options.file()));
        } catch (RecordingsException e) {
            throw new ReplayException(String.valueOf(e.getMessage()));
        }
    }

    private Report run() throws InterruptedException {
        try (var target = new Endpoint(options.target(), options.key(), options.timeout());
                var baseline =
                        new Endpoint(
                                options.baseline().orElse(options.target()),
                                options.key(),
                                options.timeout())) {
            var isSimulator = UpstreamCount.at(target).isPresent();
            var compare = options.baseline().isPresent();
            var expected = new Answers(play.calls());
            var got = new Answers(play.calls());
            Optional<Side> left = Optional.empty();
            if (compare) {
                UpstreamCount.at(baseline);
                left = Optional.of(witnessed("baseline", baseline, baseline, expected));
            }
            var right = witnessed("target", target, isSimulator ? target : baseline, got);
            return new Report(
                    what(),
                    play.calls(),
                    compare ? OptionalInt.of(got.equal(expected)) : OptionalInt.empty(),
                    got.asRecorded(),
                    left,
                    right,
                    List.copyOf(notes));
        }
    }

    /**
     * @param witness where a simulator may count what reaches it; it is believed if it saw anything
     */
    private Side witnessed(String name, Endpoint endpoint, Endpoint witness, Answers answers)
            throws InterruptedException {
        var before = UpstreamCount.at(witness);
        var side = play.at(endpoint, name, answers);
        var seen = before.flatMap(b -> UpstreamCount.at(witness).map(after -> after.since(b)));
        if (side.withoutUsage() > 0) {
            notes.add(
                    String.format(
                            Locale.ROOT,
                            "%,d answers of the %s did not say how many tokens they took; they count"
                                    + " as none",
                            side.withoutUsage(),
                            name));
        }
        if (seen.isEmpty() || seen.get().requests() == 0) {
            explainCost(name, side);
            return side;
        }
        explain(name, side, seen.get(), endpoint != witness);
        return side.counted(seen.get());
    }

    private void explain(String name, Side side, UpstreamCount seen, boolean shared) {
        notes.add(
                String.format(
                        Locale.ROOT,
                        "calls, tokens and cost of the %s are the simulator's own count (%,d calls;"
                                + " the answers say %,d)",
                        name,
                        seen.requests(),
                        side.upstreamCalls()));
        if (shared) {
            notes.add(
                    "baseline and target reach the same simulator: the target's prompts were in its"
                            + " prefix cache already; give each one of its own to compare tokens and"
                            + " cost");
        }
    }

    private void explainCost(String name, Side side) {
        notes.add(
                "calls, tokens and cost of the "
                        + name
                        + " are what its answers say"
                        + (side.costUsd().isPresent()
                                ? ""
                                : "; the price of " + options.model() + " is not known"));
    }

    private String what() {
        return String.format(
                Locale.ROOT,
                "%,d calls of %,d conversations in %s, %s, model %s, temperature %s",
                play.calls(),
                play.lanes().size(),
                options.file().getFileName(),
                options.rate().isPresent()
                        ? String.format(
                                Locale.ROOT,
                                "%.1f calls per second (open loop)",
                                options.rate().getAsDouble())
                        : options.concurrency() + " conversations at a time (closed loop)",
                options.model(),
                Json.number(options.temperature()));
    }

    /** A report as text: a table and what has to be said about it. */
    public static List<String> text(Report report) {
        var lines = new ArrayList<String>();
        lines.add(report.what());
        lines.add("");
        lines.addAll(Table.of(report.baseline(), report.target(), "baseline", "target"));
        lines.add("");
        report.answersEqual().ifPresent(n -> lines.add(equal(n, report.calls())));
        report.notes().forEach(n -> lines.add("Note: " + n));
        report.baseline()
                .ifPresent(
                        b -> b.failures().forEach(f -> lines.add("Failed at the baseline: " + f)));
        report.target().failures().forEach(f -> lines.add("Failed at the target: " + f));
        return lines;
    }

    private static String equal(int equal, int calls) {
        return String.format(
                Locale.ROOT,
                "Answers that are the same both ways, byte for byte: %,d of %,d",
                equal,
                calls);
    }
}
