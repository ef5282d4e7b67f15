package dev.vivace.bench;

import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/**
 * One measurement of one gateway, and what goes with it. A window in which anything failed counts
 * for nothing but a note, and so does a gateway that ends meanwhile.
 *
 * @param progress told what is going on
 */
record Windows(GatewayBench.Plan plan, Load load, Results results, Consumer<String> progress) {

    void warmUp(List<Contender> contenders, Call call) {
        for (var contender : contenders) {
            progress.accept("warming up " + contender.name());
            // What is compiled under few connections is compiled anew under many.
            Duration half = plan.warmUp().dividedBy(2);
            attempt(contender.name(), () -> run(contender, call, 8, half));
            attempt(contender.name(), () -> run(contender, call, 32, half));
        }
    }

    /** A load on a gateway that has ended fails, and the gateway's last words say more about it. */
    Load.Result run(Contender contender, Call call, int connections, Duration duration) {
        try {
            return load.run(contender.port(), call, connections, duration);
        } catch (BenchException e) {
            contender.rest(Duration.ZERO);
            throw e;
        }
    }

    Load.Result window(Contender contender, Call call, Metric cpu, Metric rate, int connections) {
        progress.accept(
                "%s, %d connections: %s".formatted(cpu.label(), connections, contender.name()));
        long before = contender.cpuMicros();
        Load.Result result;
        try {
            result = run(contender, call, connections, plan.window());
        } catch (BenchException e) {
            results.note(contender.name() + ": " + e.getMessage());
            return Load.Result.NONE;
        }
        long used = contender.cpuMicros() - before;
        if (result.isClean()) {
            add(cpu, connections, contender, (double) used / result.answered());
            add(rate, connections, contender, result.perSecond());
        } else {
            results.note(
                    "%s, %s, %d connections: a window with %d errors, %d answered, left out"
                            .formatted(
                                    contender.name(),
                                    cpu.label(),
                                    connections,
                                    result.errors(),
                                    result.answered()));
        }
        return result;
    }

    <T> void rounds(List<T> all, Consumer<T> work) {
        for (int round = 0; round < plan.rounds(); round++) {
            turned(all, round).forEach(work);
        }
    }

    /** There and back again: A B, B A, A B. */
    static <T> List<T> turned(List<T> all, int round) {
        return round % 2 == 0 ? all : all.reversed();
    }

    void attempt(String name, Runnable work) {
        try {
            work.run();
        } catch (BenchException e) {
            results.note(name + ": " + e.getMessage());
        }
    }

    void add(Metric metric, int connections, Contender contender, double value) {
        results.add(new Row(metric, connections), contender.name(), value);
    }
}
