package dev.vivace.select;

import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;

/**
 * What became of calls for requests with one word. Immutable.
 *
 * @param tools by name, at most 64
 * @param successes of all tools
 */
record Evidence(Map<String, Trials> tools, int successes) {
    static final Evidence NONE = new Evidence(Map.of(), 0);

    private static final int MOST_TOOLS = 64;

    /** Then all is halved, so that what was true long ago counts less. */
    private static final int MOST_SUCCESSES = 1_000;

    /** How often a tool did what was wanted, and how often not. */
    record Trials(int successes, int failures) {
        static final Trials NONE = new Trials(0, 0);

        Trials with(boolean success) {
            return success
                    ? new Trials(successes + 1, failures)
                    : new Trials(successes, failures + 1);
        }

        Trials half() {
            return new Trials(successes / 2, failures / 2);
        }

        int count() {
            return successes + failures;
        }
    }

    Evidence with(String tool, boolean success) {
        var more = new HashMap<>(tools);
        var trials = tools.getOrDefault(tool, Trials.NONE).with(success);
        boolean halve =
                trials.failures() > MOST_SUCCESSES || success && successes >= MOST_SUCCESSES;
        more.put(tool, trials);
        if (halve) {
            more.replaceAll((name, each) -> each.half());
            more.values().removeIf(each -> each.count() == 0);
        }
        if (more.size() > MOST_TOOLS) {
            more.keySet().remove(least(more, tool));
        }
        return new Evidence(
                Map.copyOf(more), more.values().stream().mapToInt(Trials::successes).sum());
    }

    /** The one of which least is known; not the one that just came, which would never stay. */
    private static String least(Map<String, Trials> tools, String kept) {
        return tools.entrySet().stream()
                .filter(each -> !each.getKey().equals(kept))
                .min(Comparator.comparingInt(each -> each.getValue().count()))
                .orElseThrow()
                .getKey();
    }

    /**
     * How likely it is that of all tools this is the one that is wanted where the word stands: the
     * mean of a Beta distribution that began with one failure and next to no success.
     */
    double share(Trials trials) {
        return trials.successes() / (successes + trials.failures() + 1.0);
    }

    /** How likely it is that the tool fails where the word stands, beginning with none in two. */
    static double risk(Trials trials) {
        return trials.failures() / (trials.count() + 2.0);
    }
}
