package dev.vivace.embedding;

import java.util.ArrayList;
import java.util.List;

/**
 * What was decided under the gatherer's monitor and is to be done without it: everything foreign.
 * One action that fails keeps no other from running.
 */
final class Afterwards {
    private final List<Runnable> actions = new ArrayList<>(2);

    void add(Runnable action) {
        actions.add(action);
    }

    void run() {
        for (Runnable action : actions) {
            try {
                action.run();
            } catch (RuntimeException | Error e) {
                Unexpected.log("An action that follows an embedding call", e);
            }
        }
    }
}
