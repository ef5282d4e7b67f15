package dev.vivace.replay;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/** The order in which an open loop makes the calls of many lanes: they take turns. */
final class Turns {
    private Turns() {}

    record Turn(Lane lane, Call call) {}

    private record Walk(Lane lane, ArrayDeque<Call> rest) {}

    /**
     * @param window how many lanes are on their way at a time
     */
    static List<Turn> of(List<Lane> lanes, int window) {
        var waiting = new ArrayDeque<>(lanes);
        var walking = new ArrayDeque<Walk>();
        var turns = new ArrayList<Turn>();
        while (!waiting.isEmpty() || !walking.isEmpty()) {
            while (walking.size() < window && !waiting.isEmpty()) {
                var lane = waiting.poll();
                var calls = new ArrayDeque<Call>();
                lane.steps().forEach(calls::addAll);
                walking.add(new Walk(lane, calls));
            }
            var walk = walking.remove();
            if (!walk.rest().isEmpty()) {
                turns.add(new Turn(walk.lane(), walk.rest().remove()));
                walking.add(walk);
            }
        }
        return turns;
    }
}
