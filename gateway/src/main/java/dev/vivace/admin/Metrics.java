package dev.vivace.admin;

import dev.vivace.ledger.CacheStatus;
import dev.vivace.ledger.LedgerEntry;
import dev.vivace.ledger.LedgerListener;
import dev.vivace.ledger.StageNote;
import dev.vivace.ledger.Tokens;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What Prometheus sees, computed from ledger entries alone.
 *
 * <p>Every label is bounded: models are those known at the start and the first 50 others that were
 * answered well, everything else is {@code other} ({@code none} where a call names no model);
 * statuses are the first 50 three-digit codes; stages with their outcomes the first 200 pairs.
 *
 * <p>Thread-safe; a reader sees whole entries only.
 */
public final class Metrics implements LedgerListener {
    static final int OTHER_MODELS = 50;
    static final int STATUSES = 50;
    static final int STAGES = 200;

    private static final double MICROS = 1e-6;
    private static final Set<String> DOORS =
            Set.of("chat", "responses", "messages", "embeddings", "mcp", LabelSet.OTHER);
    private static final StageNote OTHER_STAGE = new StageNote(LabelSet.OTHER, LabelSet.OTHER);

    private record Caller(String door, String model) {}

    private record Result(CacheStatus cache, String status) {}

    private static final class Count {
        private long value;
    }

    private static final class Times {
        private final Histogram overhead = Histogram.between(10, 5_000_000);
        private final Histogram upstream = Histogram.between(500, 1_000_000_000);
        private final Histogram firstToken = Histogram.between(100, 100_000_000);
    }

    private static final class Spending {
        private long fresh;
        private long cached;
        private long output;
        private long saved;
        private double costUsd;
        private double savedUsd;
    }

    /** Where the calls of one door and model are counted: looked up once for each call. */
    private record Counters(
            Map<Result, Count> results,
            Times times,
            Spending spending,
            Optional<GenAiMetrics.Calls> genAi) {}

    private final LabelSet models;
    private final LabelSet statuses = new LabelSet(Set.of(), STATUSES);
    private final Map<Caller, Counters> callers = new HashMap<>();
    private final Map<String, Times> times = new HashMap<>();
    private final Map<String, Spending> spending = new HashMap<>();
    private final Map<StageNote, Count> stages = new HashMap<>();
    private final GenAiMetrics genAi = new GenAiMetrics();

    /**
     * @param models the names that the configuration knows: each is a label from its first call on
     */
    public Metrics(Set<String> models) {
        this.models = new LabelSet(models, OTHER_MODELS);
    }

    @Override
    public synchronized void on(LedgerEntry e) {
        String door = DOORS.contains(e.door()) ? e.door() : LabelSet.OTHER;
        boolean good = e.status() >= 200 && e.status() < 300;
        String model = e.model().isEmpty() ? "none" : models.label(e.model(), good);
        String status =
                statuses.label(
                        Integer.toString(e.status()), e.status() >= 100 && e.status() <= 999);
        Counters counters = callers.computeIfAbsent(new Caller(door, model), this::counters);
        counters.results.computeIfAbsent(new Result(e.cache(), status), k -> new Count()).value++;
        time(counters.times, e);
        spend(counters.spending, e);
        counters.genAi.ifPresent(calls -> calls.add(e, status));
        for (StageNote note : e.stages()) {
            stage(note).value++;
        }
    }

    private Counters counters(Caller of) {
        return new Counters(
                new HashMap<>(),
                times.computeIfAbsent(of.door, k -> new Times()),
                spending.computeIfAbsent(of.model, k -> new Spending()),
                genAi.of(of.door, of.model));
    }

    private static void time(Times times, LedgerEntry e) {
        times.overhead.add(e.overheadMicros());
        if (e.upstreamMicros() > 0) {
            times.upstream.add(e.upstreamMicros());
        }
        if (e.firstTokenMicros() > 0) {
            times.firstToken.add(e.firstTokenMicros());
        }
    }

    private static void spend(Spending spending, LedgerEntry e) {
        Tokens tokens = e.tokens();
        spending.fresh += tokens.fresh();
        spending.cached += tokens.cached();
        spending.output += tokens.output();
        spending.saved += tokens.saved();
        spending.costUsd += Money.orNothing(e.costUsd());
        spending.savedUsd += Money.orNothing(e.savedUsd());
    }

    private Count stage(StageNote note) {
        Count count = stages.get(note);
        if (count != null) {
            return count;
        }
        return stages.computeIfAbsent(
                stages.size() < STAGES ? note : OTHER_STAGE, k -> new Count());
    }

    /**
     * The page for Prometheus, as {@link Exposition#CONTENT_TYPE}. Takes milliseconds: not for an
     * event loop.
     *
     * @param dropped entries that the ledger lost
     * @param unwritten entries that did not reach the ledger's disk
     */
    synchronized String text(long dropped, long unwritten) {
        var to = new Exposition();
        to.metric("vivace_requests_total", "counter", "Calls that have ended.");
        callers.forEach((caller, counters) ->
                counters.results.forEach((result, count) ->
                        to.sample(
                                "vivace_requests_total",
                                count.value,
                                "door",
                                caller.door(),
                                "model",
                                caller.model(),
                                "cache",
                                result.cache().header(),
                                "status",
                                result.status())));
        writeTimes(to);
        writeSpending(to);
        to.metric("vivace_stage_total", "counter", "What each stage did, in calls.");
        stages.forEach((note, count) ->
                to.sample(
                        "vivace_stage_total",
                        count.value,
                        "stage",
                        note.stage(),
                        "outcome",
                        note.outcome()));
        single(
                to,
                "vivace_ledger_dropped_total",
                "counter",
                "Calls that are missing in every figure: the ledger's queue was full.",
                dropped);
        single(
                to,
                "vivace_ledger_unwritten_total",
                "counter",
                "Calls that are missing in the ledger on disk.",
                unwritten);
        genAi.write(to);
        return to.toString();
    }

    private void writeTimes(Exposition to) {
        String overhead = "vivace_overhead_seconds";
        to.metric(overhead, "histogram", "Time spent in the gateway, the upstream's not counted.");
        times.forEach((door, t) -> t.overhead.write(to, overhead, MICROS, "door", door));
        String upstream = "vivace_upstream_seconds";
        to.metric(upstream, "histogram", "From a request's departure to its answer's last byte.");
        times.forEach((door, t) -> t.upstream.write(to, upstream, MICROS, "door", door));
        String firstToken = "vivace_time_to_first_token_seconds";
        to.metric(firstToken, "histogram", "From a request's arrival to its answer's first byte.");
        times.forEach((door, t) -> t.firstToken.write(to, firstToken, MICROS, "door", door));
    }

    private void writeSpending(Exposition to) {
        String tokens = "vivace_tokens_total";
        to.metric(tokens, "counter", "Tokens bought (fresh, cached, output) and not bought.");
        spending.forEach((model, s) -> {
            to.sample(tokens, s.fresh, "model", model, "kind", "fresh");
            to.sample(tokens, s.cached, "model", model, "kind", "cached");
            to.sample(tokens, s.output, "model", model, "kind", "output");
            to.sample(tokens, s.saved, "model", model, "kind", "saved");
        });
        String cost = "vivace_cost_usd_total";
        to.metric(cost, "counter", "What calls cost, in US dollars.");
        spending.forEach((model, s) -> to.sample(cost, s.costUsd, "model", model));
        String saved = "vivace_saved_usd_total";
        to.metric(saved, "counter", "What calls would have cost more, in US dollars.");
        spending.forEach((model, s) -> to.sample(saved, s.savedUsd, "model", model));
    }

    private static void single(Exposition to, String name, String type, String help, long value) {
        to.metric(name, type, help);
        to.sample(name, value);
    }
}
