package dev.vivace.embedding;

import dev.vivace.line.Crash;
import java.util.ArrayList;
import java.util.List;

/**
 * What was decided under the gatherer's monitor and is to be done without it: everything foreign.
 * One action that fails keeps no other from running.
 */
final class Afterwards {
    private record Action(String call, Runnable action) {}

    private final List<Action> actions = new ArrayList<>(2);

    /**
     * @param call its id, for the log
     */
    void add(String call, Runnable action) {
        actions.add(new Action(call, action));
    }

    void run() {
        for (Action each : actions) {
            try {
                each.action.run();
            } catch (RuntimeException | Error e) {
                Crash.log(each.call, "what follows from embeddings", e);
            }
        }
    }
}
