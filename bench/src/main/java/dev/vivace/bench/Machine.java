package dev.vivace.bench;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** Where and when it was measured. */
record Machine(String date, String cpu, int cores, String kernel, String jdk, String load) {
    static Machine here(Load load) {
        return here(load.name());
    }

    /**
     * @param load what the calls came from
     */
    static Machine here(String load) {
        return new Machine(
                Instant.now().truncatedTo(ChronoUnit.MINUTES).toString(),
                ProcFs.cpuModel(),
                Runtime.getRuntime().availableProcessors(),
                System.getProperty("os.name") + " " + System.getProperty("os.version"),
                System.getProperty("java.vm.name") + " " + Runtime.version(),
                load);
    }

    String text() {
        return "%s: %d x %s, shared by gateway, upstream and load; %s; %s; load from %s"
                .formatted(date, cores, cpu, kernel, jdk, load);
    }
}
