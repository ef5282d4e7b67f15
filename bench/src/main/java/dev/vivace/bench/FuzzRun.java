package dev.vivace.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;

/** Sends many requests, several at a time, and counts what became of them. */
final class FuzzRun {
    private static final int AT_ONCE = 96;
    private static final int MOST_SHOWN = 20;

    private final Map<String, Map<String, Long>> counts = new TreeMap<>();
    private final List<String> findings = new ArrayList<>();
    private long found;

    /**
     * @param progress told after each request how many were answered
     */
    void run(Fuzz fuzz, long from, long count, int port, LongConsumer progress)
            throws InterruptedException {
        var probe = new FuzzProbe(port);
        var next = new AtomicLong(from);
        var done = new AtomicLong();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < AT_ONCE; i++) {
                threads.submit(() -> {
                    long number = next.getAndIncrement();
                    while (number < from + count) {
                        Fuzz.Case one = fuzz.next(number);
                        count(one, probe.send(one));
                        progress.accept(done.incrementAndGet());
                        number = next.getAndIncrement();
                    }
                });
            }
        }
        if (done.get() < count) {
            find("the run itself broke off after " + done.get());
        }
    }

    private synchronized void count(Fuzz.Case one, FuzzProbe.Verdict verdict) {
        counts.computeIfAbsent(one.door(), door -> new TreeMap<>())
                .merge(verdict.kind(), 1L, Long::sum);
        verdict.finding()
                .ifPresent(what ->
                        find("request " + one.number() + " " + what + "\n--- of\n" + one.shown()));
    }

    /** Notes what must not be. */
    synchronized void find(String what) {
        found++;
        if (findings.size() < MOST_SHOWN) {
            findings.add(what);
        }
    }

    synchronized long found() {
        return found;
    }

    /** The first few. */
    synchronized List<String> findings() {
        return List.copyOf(findings);
    }

    /** Answers by door and class of status. */
    synchronized String table() {
        List<String> kinds = List.of("2xx", "3xx", "4xx", "5xx", "closed");
        var text = new StringBuilder("%-14s".formatted("door"));
        kinds.forEach(kind -> text.append("%9s".formatted(kind)));
        counts.forEach((door, row) -> {
            text.append("\n%-14s".formatted(door));
            kinds.forEach(kind -> text.append("%9d".formatted(row.getOrDefault(kind, 0L))));
        });
        return text.append("\nfindings: ").append(found).toString();
    }
}
