package dev.vivace.bench;

import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

/** What a call costs that a gateway answers from its own cache. */
record Hits(Windows windows) {
    private static final List<Integer> CONNECTIONS = List.of(8, 32);

    /** Whoever answers the second of two equal calls from its cache. */
    void measure(List<Contender> all, Call call, Metric cpu, Metric rate) {
        var caching =
                all.stream()
                        .filter(contender -> answersFromItsCache(contender, call, cpu))
                        .toList();
        if (caching.isEmpty()) {
            return;
        }
        windows.warmUp(caching, call);
        for (int round = 0; round < windows.plan().rounds(); round++) {
            for (int connections : CONNECTIONS) {
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
            windows.results().note(metric.label() + ": no hit, but x-cache says " + second);
        }
        return hit;
    }
}
