package dev.vivace.config;

import java.util.List;

/** What a configuration may say, but should not. */
public final class Warnings {
    /** The program itself, idle, and answers on their way. */
    private static final long BASE = 64L << 20;

    /** A JVM's largest heap is a little less than its -Xmx: a part of it is always empty. */
    private static final long STEP = 128L << 20;

    private Warnings() {}

    /**
     * One line each; none if all is well.
     *
     * @param heapBytes the most that the JVM's heap may become
     */
    public static List<String> of(Config config, long heapBytes) {
        long inFlight = config.limits().inFlightBytes();
        long cache = config.cache().maxBytes();
        // Compared in parts: together they may be more than a long holds.
        if (inFlight <= heapBytes && cache <= heapBytes && inFlight + cache + BASE <= heapBytes) {
            return List.of();
        }
        double need = (double) inFlight + cache + BASE;
        long enough = (long) Math.ceil(need / STEP + 0.125) * (STEP >> 20);
        return List.of(
                "limits.in-flight (%s) and cache.max (%s) do not fit into the heap of %d MB beside the %s that the rest needs: lower them, or give more, as in VIVACE_JAVA_OPTS=-Xmx%dm"
                        .formatted(
                                Units.printBytes(inFlight),
                                Units.printBytes(cache),
                                heapBytes >> 20,
                                Units.printBytes(BASE),
                                enough));
    }
}
