package dev.vivace.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
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

    private final Plan plan;
    private final List<Rival> rivals;
    private final Workspace workspace;
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
            new ProxiedCalls(windows, upstream).measure(contenders);
        }
        if (wants(Group.HIT)) {
            var hits = new Hits(windows);
            hits.measure(contenders, Call.cacheable(), Metric.HIT_CPU, Metric.HIT_RATE);
            hits.measure(contenders, Call.cacheableStream(), Metric.REPLAY_CPU, Metric.REPLAY_RATE);
        }
        if (wants(Group.LARGE)) {
            new LargeCalls(windows).measure(contenders);
        }
    }

    private void streams(List<Contender> contenders, Upstream upstream) {
        new Streams(windows, upstream).measure(contenders);
        new Hits(windows)
                .measure(
                        contenders,
                        Call.cacheableStream(),
                        Metric.STREAM_HIT_CPU,
                        Metric.STREAM_HIT_RATE);
    }
}
