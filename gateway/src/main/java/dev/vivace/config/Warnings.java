package dev.vivace.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What a configuration may say, but should not. */
public final class Warnings {
    /** The program itself, idle, and answers on their way. */
    private static final long BASE = 64L << 20;

    /** A JVM's largest heap is a little less than its -Xmx: a part of it is always empty. */
    private static final long STEP = 128L << 20;

    private static final Set<String> ANYWHERE = Set.of("0.0.0.0", "::", "[::]");

    private Warnings() {}

    /**
     * One line each; none if all is well.
     *
     * @param heapBytes the most that the JVM's heap may become
     */
    public static List<String> of(Config config, long heapBytes) {
        var warnings = new ArrayList<String>();
        if (ANYWHERE.contains(config.server().host())) {
            warnings.add(
                    "server.host is %s, and beyond loopback every client needs a key, which this version does not have yet: serve will refuse it"
                            .formatted(config.server().host()));
        }
        memory(config, heapBytes).ifPresent(warnings::add);
        return warnings;
    }

    private static Optional<String> memory(Config config, long heapBytes) {
        long inFlight = config.limits().inFlightBytes();
        long cache = config.cache().maxBytes();
        // Compared in parts: together they may be more than a long holds.
        if (inFlight <= heapBytes && cache <= heapBytes && inFlight + cache + BASE <= heapBytes) {
            return Optional.empty();
        }
        double need = (double) inFlight + cache + BASE;
        long enough = (long) Math.ceil(need / STEP + 0.125) * (STEP >> 20);
        return Optional.of(
                "limits.in-flight (%s) and cache.max (%s) do not fit into the heap of %d MB beside the %s that the rest needs: lower them, or give more, as in VIVACE_JAVA_OPTS=-Xmx%dm"
                        .formatted(
                                Units.printBytes(inFlight),
                                Units.printBytes(cache),
                                heapBytes >> 20,
                                Units.printBytes(BASE),
                                enough));
    }
}
