package dev.vivace.replay;

import dev.vivace.ledger.Prices;
import java.util.List;
import java.util.OptionalDouble;

/**
 * A workload and how it is made.
 *
 * @param lanes what is done
 * @param calls how many calls that is
 * @param concurrency lanes at a time
 * @param rate calls per second of an open loop; empty: closed loop
 */
record Play(List<Lane> lanes, int calls, int concurrency, OptionalDouble rate) {

    static Play of(List<Lane> lanes, int concurrency, OptionalDouble rate) {
        var calls = 0;
        for (var lane : lanes) {
            for (var step : lane.steps()) {
                calls += step.size();
            }
        }
        return new Play(lanes, calls, concurrency, rate);
    }

    /** Makes all calls at one address; says how far it is under the given name. */
    Side at(Endpoint endpoint, String name, Answers answers) throws InterruptedException {
        var tally = new Tally(Prices.builtIn());
        var start = System.nanoTime();
        try (var progress = new Progress(name, calls)) {
            var runner = new Runner(endpoint, tally, answers, progress::step);
            if (rate.isPresent()) {
                runner.open(lanes, rate.getAsDouble(), concurrency);
            } else {
                runner.closed(lanes, concurrency);
            }
        }
        return tally.side(endpoint.base().toString(), (System.nanoTime() - start) / 1e9);
    }
}
