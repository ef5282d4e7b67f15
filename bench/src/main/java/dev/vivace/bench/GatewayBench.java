package dev.vivace.bench;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/**
 * Measures gateways beside each other: each round gives every one of them one window, in an order
 * that turns from round to round, and the medians of the rounds count. So what the machine does
 * meanwhile meets all of them. A window in which anything failed counts for nothing but a note.
 */
final class GatewayBench {
    /** What can be asked for by itself. */
    enum Group {
        START,
        PLAIN,
        HIT,
        STREAM,
        LARGE
    }

    /**
     * @param window how long each measurement runs; a whole number of seconds
     * @param warmUp how long each gateway works before it counts
     * @param large how long the large requests run
     * @param settle how long each gateway rests before its idle memory is read, and five times that
     *     after the large requests
     */
    record Plan(
            Set<Group> groups,
            int rounds,
            Duration window,
            Duration warmUp,
            Duration large,
            Duration settle) {}

    private static final List<Integer> CONNECTIONS = List.of(1, 8, 32);
    private static final List<Integer> HIT_CONNECTIONS = List.of(8, 32);
    private static final int MANY = 1_500;
    private static final int PROBES = 300;
    private static final Duration SILENCE = Duration.ofSeconds(30);

    private final Plan plan;
    private final List<Rival> rivals;
    private final Workspace workspace;
    private final Load load;
    private final Consumer<String> progress;
    private final Results results = new Results();
    private final Windows windows;

    /**
     * @param progress told what is going on
     */
    GatewayBench(
            Plan plan,
            List<Rival> rivals,
            Workspace workspace,
            Load load,
            Consumer<String> progress) {
        this.plan = plan;
        this.rivals = rivals;
        this.workspace = workspace;
        this.load = load;
        this.progress = progress;
        this.windows = new Windows(plan, load, results, progress);
    }

    Results run() {
        var here = new ArrayList<Rival>();
        for (var rival : rivals) {
            rival.absence(workspace)
                    .ifPresentOrElse(
                            why -> results.note(rival.name() + " left out: " + why),
                            () -> here.add(rival));
        }
        if (wants(Group.START) || wants(Group.PLAIN) || wants(Group.HIT) || wants(Group.LARGE)) {
            try (var upstream = Upstream.plain(workspace)) {
                starts(here, upstream);
                withAll(here, upstream, Call.plain(), contenders -> plain(contenders, upstream));
            }
        }
        if (wants(Group.STREAM)) {
            try (var upstream = Upstream.streaming(workspace)) {
                withAll(here, upstream, Call.stream(), contenders -> streams(contenders, upstream));
            }
        }
        return results;
    }

    private boolean wants(Group group) {
        return plan.groups().contains(group);
    }

    private void starts(List<Rival> here, Upstream upstream) {
        if (!wants(Group.START)) {
            return;
        }
        windows.rounds(
                here,
                rival -> {
                    progress.accept("starting " + rival.name());
                    windows.attempt(
                            rival.name(),
                            () -> {
                                try (var contender = rival.start(workspace, upstream.port())) {
                                    windows.add(
                                            Metric.START,
                                            0,
                                            contender,
                                            contender.awaitFirstAnswer(Call.plain()));
                                }
                            });
                });
    }

    /** Starts all that can be started, warms them up, does the work, and ends them. */
    private void withAll(
            List<Rival> here, Upstream upstream, Call call, Consumer<List<Contender>> work) {
        var contenders = new ArrayList<Contender>();
        try {
            for (var rival : here) {
                progress.accept("starting " + rival.name());
                windows.attempt(
                        rival.name(),
                        () -> {
                            var contender = rival.start(workspace, upstream.port());
                            try {
                                contender.awaitFirstAnswer(call);
                                contenders.add(contender);
                            } catch (BenchException e) {
                                contender.close();
                                throw e;
                            }
                        });
            }
            work.accept(contenders);
        } finally {
            contenders.forEach(Contender::close);
        }
    }

    private void plain(List<Contender> contenders, Upstream upstream) {
        if (wants(Group.PLAIN) || wants(Group.LARGE)) {
            for (var contender : contenders) {
                contender.rest(plan.settle());
                windows.add(Metric.IDLE, 0, contender, contender.residentMegabytes());
            }
        }
        if (wants(Group.PLAIN)) {
            windows.warmUp(contenders, Call.plain());
            proxied(contenders, upstream);
            contenders.forEach(
                    contender -> windows.attempt(contender.name(), () -> decision(contender)));
        }
        if (wants(Group.HIT)) {
            hits(contenders, Call.cacheable(), Metric.HIT_CPU, Metric.HIT_RATE);
            hits(contenders, Call.cacheableStream(), Metric.REPLAY_CPU, Metric.REPLAY_RATE);
        }
        if (wants(Group.LARGE)) {
            contenders.forEach(
                    contender -> windows.attempt(contender.name(), () -> large(contender)));
        }
    }

    private void proxied(List<Contender> contenders, Upstream upstream) {
        for (int round = 0; round < plan.rounds(); round++) {
            progress.accept("directly, 1 connection");
            var direct = load.run(upstream.port(), Call.plain(), 1, plan.window());
            results.add(new Row(Metric.P50, 1), "direct", direct.p50Micros());
            for (int connections : CONNECTIONS) {
                for (var contender : Windows.turned(contenders, round)) {
                    var busy =
                            contender.peakMegabytes(() -> {
                                var result =
                                        windows.window(
                                                contender,
                                                Call.plain(),
                                                Metric.CPU,
                                                Metric.RATE,
                                                connections);
                                if (connections == 1 && result.isClean()) {
                                    latency(contender, result, direct);
                                }
                            });
                    if (connections == 32 && busy > 0) {
                        windows.add(Metric.BUSY, connections, contender, busy);
                    }
                }
            }
        }
    }

    private void latency(Contender contender, Load.Result result, Load.Result direct) {
        windows.add(Metric.P50, 1, contender, result.p50Micros());
        windows.add(Metric.ADDED_P50, 1, contender, result.p50Micros() - direct.p50Micros());
        windows.add(Metric.ADDED_P99, 1, contender, result.p99Micros() - direct.p99Micros());
    }

    /** Whoever says how long its decisions took. The time covers all stages, so it bounds each. */
    private void decision(Contender contender) {
        var micros = new ArrayList<Double>();
        for (int i = 0; i < PROBES; i++) {
            var header = contender.ask(Call.plain()).headers().get("x-vivace-overhead-us");
            if (header == null) {
                return;
            }
            micros.add(Double.parseDouble(header));
        }
        windows.add(Metric.DECISION, 1, contender, Results.median(micros));
    }

    /** Whoever answers the second of two equal calls from its cache. */
    private void hits(List<Contender> all, Call call, Metric cpu, Metric rate) {
        var caching =
                all.stream()
                        .filter(contender -> answersFromItsCache(contender, call, cpu))
                        .toList();
        if (caching.isEmpty()) {
            return;
        }
        windows.warmUp(caching, call);
        for (int round = 0; round < plan.rounds(); round++) {
            for (int connections : HIT_CONNECTIONS) {
                for (var contender : Windows.turned(caching, round)) {
                    windows.window(contender, call, cpu, rate, connections);
                }
            }
        }
    }

    private boolean answersFromItsCache(Contender contender, Call call, Metric metric) {
        var second = new AtomicReference<>("");
        windows.attempt(
                contender.name(),
                () -> {
                    contender.ask(call);
                    second.set(contender.ask(call).headers().getOrDefault("x-cache", "nothing"));
                });
        boolean hit = "HIT".equals(second.get());
        if (!hit && contender.name().equals(VivaceRival.NAME)) {
            results.note(metric.label() + ": no hit, but x-cache says " + second);
        }
        return hit;
    }

    private void streams(List<Contender> contenders, Upstream upstream) {
        windows.warmUp(contenders, Call.stream());
        for (int round = 0; round < plan.rounds(); round++) {
            for (int connections : CONNECTIONS) {
                for (var contender : Windows.turned(contenders, round)) {
                    windows.window(
                            contender,
                            Call.stream(),
                            Metric.STREAM_CPU,
                            Metric.STREAM_RATE,
                            connections);
                }
            }
            progress.accept("first chunks");
            double direct = firstChunkMicros(upstream.port());
            for (var contender : Windows.turned(contenders, round)) {
                windows.attempt(
                        contender.name(),
                        () ->
                                windows.add(
                                        Metric.FIRST_CHUNK,
                                        1,
                                        contender,
                                        firstChunkMicros(contender.port()) - direct));
            }
        }
        hits(contenders, Call.cacheableStream(), Metric.STREAM_HIT_CPU, Metric.STREAM_HIT_RATE);
    }

    private static double firstChunkMicros(int port) {
        var request = Call.stream().bytes();
        var micros = new ArrayList<Double>();
        try (var wire = new Wire(port, SILENCE)) {
            for (int i = 0; i < PROBES; i++) {
                micros.add(wire.exchange(request).firstBodyNanos() / 1e3);
            }
        } catch (IOException e) {
            throw new BenchException("a stream broke: " + e.getMessage());
        }
        return Results.median(micros);
    }

    private void large(Contender contender) {
        progress.accept(MANY + " connections with large requests: " + contender.name());
        double peak =
                contender.peakMegabytes(() -> {
                    var result = windows.run(contender, Call.large(), MANY, plan.large());
                    windows.add(Metric.LARGE_ANSWERED, MANY, contender, result.answered());
                    // Who waited in vain to the end has had no error, and no answer either.
                    long starved = Math.max(0, MANY - result.answered());
                    windows.add(Metric.LARGE_ERRORS, MANY, contender, result.errors() + starved);
                });
        windows.add(Metric.LARGE_PEAK, MANY, contender, peak);
        contender.rest(plan.settle().multipliedBy(5));
        windows.add(Metric.LARGE_AFTER, MANY, contender, contender.residentMegabytes());
    }
}
