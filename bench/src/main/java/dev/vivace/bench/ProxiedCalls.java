package dev.vivace.bench;

import java.util.ArrayList;
import java.util.List;

/**
 * What a call costs that goes through to the upstream.
 *
 * @param upstream measured directly as well, for what each gateway adds
 */
record ProxiedCalls(Windows windows, Upstream upstream) {
    private static final List<Integer> CONNECTIONS = List.of(1, 8, 32);
    private static final int PROBES = 300;

    void measure(List<Contender> contenders) {
        windows.warmUp(contenders, Call.plain());
        proxied(contenders);
        contenders.forEach(
                contender -> windows.attempt(contender.name(), () -> decision(contender)));
    }

    private void proxied(List<Contender> contenders) {
        for (int round = 0; round < windows.plan().rounds(); round++) {
            windows.progress().accept("directly, 1 connection");
            var direct =
                    windows.load().run(upstream.port(), Call.plain(), 1, windows.plan().window());
            windows.results().add(new Row(Metric.P50, 1), "direct", direct.p50Micros());
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
}
