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
    private final Repeats repeats = new Repeats();
    private long repeated;
    private long rebilled;

    /** A request has come. */
    synchronized void arrived(String path) {
        requests.merge(path, 1L, Long::sum);
        inFlight++;
    }

    /** The number of this model call, counted from 0. */
    synchronized long nextCall() {
        return calls++;
    }

    /** A model call's body has come. */
    synchronized void asked(long body) {
        repeated += repeats.asked(body) ? 1 : 0;
    }

    /**
     * A request has got its end.
     *
     * @param body of which {@link #asked} was told, if it was
     */
    synchronized void ended(Bill bill, boolean wasAborted, long body) {
        if (bill.completionTokens() > 0 && repeats.billed(body)) {
            rebilled++;
        }
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
                faults,
                repeated,
                rebilled);
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
        repeats.clear();
        repeated = 0;
        rebilled = 0;
    }
}
