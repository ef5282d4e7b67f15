package dev.vivace.bench;

import dev.vivace.simulator.SimulatorStats;
import java.util.ArrayList;
import java.util.List;

/** Counts what became of the calls of one row. Thread-safe. */
final class FaultTally {
    private static final int MOST_SHOWN = 3;

    /** What an upstream may be asked again at least, by default. */
    private final int floor;

    private final double budget;
    private final List<String> findings = new ArrayList<>();
    private int answered;
    private int errors;
    private int lost;
    private int differing;
    private long repeated;
    private long allowed;
    private long rebilled;
    private long over;

    /**
     * @param floor retries that are allowed at each upstream however few its calls are
     * @param budget retries that are allowed there for each of its calls
     */
    FaultTally(int floor, double budget) {
        this.floor = floor;
        this.budget = budget;
    }

    /**
     * @param expected the message without faults
     */
    synchronized void call(FaultVerdict verdict, String expected) {
        switch (verdict.kind()) {
            case ANSWERED -> {
                if (verdict.text().equals(expected)) {
                    answered++;
                } else {
                    differing++;
                    find("differs: " + verdict.text());
                }
            }
            case ERROR -> {
                if (expected.startsWith(verdict.text())) {
                    errors++;
                } else {
                    differing++;
                    find("differs before it fails: " + verdict.text());
                }
            }
            case LOST -> {
                lost++;
                find(verdict.text());
            }
        }
    }

    /** What one upstream saw of all this. */
    synchronized void upstream(SimulatorStats stats) {
        long requests = stats.requests().getOrDefault(Call.PATH, 0L);
        long mayRepeat = (long) Math.max(floor, budget * (requests - stats.repeated()));
        repeated += stats.repeated();
        rebilled += stats.rebilled();
        allowed += mayRepeat;
        over += Math.max(0, Math.max(stats.repeated(), stats.rebilled()) - mayRepeat);
    }

    private void find(String what) {
        if (findings.size() < MOST_SHOWN) {
            findings.add(what);
        }
    }

    synchronized Result result(FaultCell cell) {
        return new Result(
                cell,
                answered + errors + lost + differing,
                answered,
                errors,
                lost,
                differing,
                repeated,
                rebilled,
                allowed,
                over,
                List.copyOf(findings));
    }

    /**
     * A row's figures.
     *
     * @param errors calls that failed and said so
     * @param lost calls with any other end
     * @param differing answers, or beginnings of answers, that are not those without faults
     * @param repeated calls that an upstream got again
     * @param rebilled answers that an upstream billed again
     * @param allowed what the retry budgets allow of these at all upstreams
     * @param over how much more it was, at those where it was more
     * @param findings the first of what must not be
     */
    record Result(
            FaultCell cell,
            int calls,
            int answered,
            int errors,
            int lost,
            int differing,
            long repeated,
            long rebilled,
            long allowed,
            long over,
            List<String> findings) {
        /** Nothing lost, nothing else answered, no budget exceeded, and answered where it must. */
        boolean holds() {
            boolean enough = !cell.mendable() || answered >= 0.999 * calls;
            return lost == 0 && differing == 0 && over == 0 && enough;
        }
    }
}
