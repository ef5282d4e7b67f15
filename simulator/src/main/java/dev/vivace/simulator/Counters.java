package dev.vivace.simulator;

import java.util.HashMap;
import java.util.Map;

/** Counts what was served. Thread-safe; a snapshot is consistent. */
final class Counters {
    private final Map<String, Long> requests = new HashMap<>();
    private final Map<String, Long> faults = new HashMap<>();
    private long calls;
    private long aborted;
    private long inFlight;
    private long promptTokens;
    private long cachedTokens;
    private long completionTokens;
    private double costUsd;
    private long unscripted;
    private long rateLimited;

    /** A request has come. */
    synchronized void arrived(String path) {
        requests.merge(path, 1L, Long::sum);
        inFlight++;
    }

    /** The number of this model call, counted from 0. */
    synchronized long nextCall() {
        return calls++;
    }

    /** A request has got its end. */
    synchronized void ended(Bill bill, boolean wasAborted) {
        inFlight--;
        aborted += wasAborted ? 1 : 0;
        promptTokens += bill.promptTokens();
        cachedTokens += bill.cachedTokens();
        completionTokens += bill.completionTokens();
        costUsd += bill.costUsd();
    }

    synchronized void fault(Fault fault) {
        faults.merge(fault.label(), 1L, Long::sum);
    }

    synchronized void unscripted() {
        unscripted++;
    }

    synchronized void rateLimited() {
        rateLimited++;
    }

    synchronized SimulatorStats snapshot() {
        return new SimulatorStats(
                requests,
                aborted,
                inFlight,
                promptTokens,
                cachedTokens,
                completionTokens,
                costUsd,
                unscripted,
                rateLimited,
                faults);
    }

    /** Everything from zero, the numbers of calls too; what is in flight stays in flight. */
    synchronized void reset() {
        requests.clear();
        faults.clear();
        calls = 0;
        aborted = 0;
        promptTokens = 0;
        cachedTokens = 0;
        completionTokens = 0;
        costUsd = 0;
        unscripted = 0;
        rateLimited = 0;
    }
}
