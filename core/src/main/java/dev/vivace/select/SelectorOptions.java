package dev.vivace.select;

import java.time.Duration;

/**
 * How many tools a model is told of, and how long what was computed is kept.
 *
 * @param whole up to so many tools are all sent, and so many are sent of more; 1 to 1,000, default
 *     50
 * @param top how many are added for a request, where not all are sent; 1 to whole, default 10
 * @param most a session is told of no more unless it searches for more; whole to 10,000, default
 *     128, which is what large providers accept
 * @param exploration by what part the score of a tool that was never tried may rise, and how often
 *     one is shown that was not asked for; 0 to 1, default 0.1; needs a {@link LearnedRanking}
 * @param seed the same seed explores the same; default 1
 * @param entries in each cache, if there are at most 1,000 tools (100 in the cache of indexes), and
 *     fewer of larger ones; at least 1, default 1,000
 * @param queryTtl how long a request's scores are kept; default 1 hour
 * @param contextTtl how long it may take until what was learned is seen by a request that was made
 *     before; default 5 minutes
 * @param rankingTtl how long an index is kept; default 1 hour
 * @param sessions that are remembered; at least 1, default 10,000
 * @param sessionTtl after which a session that is not used is forgotten; default 1 hour
 */
public record SelectorOptions(
        int whole,
        int top,
        int most,
        double exploration,
        long seed,
        int entries,
        Duration queryTtl,
        Duration contextTtl,
        Duration rankingTtl,
        int sessions,
        Duration sessionTtl) {
    public static final SelectorOptions DEFAULTS =
            new SelectorOptions(
                    50,
                    10,
                    128,
                    0.1,
                    1,
                    1_000,
                    Duration.ofHours(1),
                    Duration.ofMinutes(5),
                    Duration.ofHours(1),
                    10_000,
                    Duration.ofHours(1));

    /**
     * @throws IllegalArgumentException if one is out of its range
     */
    public SelectorOptions {
        check("whole", whole, 1, 1_000);
        check("top", top, 1, whole);
        check("most", most, whole, 10_000);
        check("entries", entries, 1, 1_000_000);
        check("sessions", sessions, 1, 10_000_000);
        if (!(exploration >= 0 && exploration <= 1)) {
            throw new IllegalArgumentException(
                    "exploration is " + exploration + ", but must be from 0 to 1");
        }
        check("queryTtl", queryTtl);
        check("contextTtl", contextTtl);
        check("rankingTtl", rankingTtl);
        check("sessionTtl", sessionTtl);
    }

    private static void check(String name, int value, int least, int most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(
                    "%s is %d, but must be from %d to %d".formatted(name, value, least, most));
        }
    }

    private static void check(String name, Duration value) {
        if (!value.isPositive()) {
            throw new IllegalArgumentException(name + " is " + value + ", but must be positive");
        }
    }

    /** With these bounds instead. */
    public SelectorOptions withTools(int whole, int top, int most) {
        return new SelectorOptions(
                whole,
                top,
                most,
                exploration,
                seed,
                entries,
                queryTtl,
                contextTtl,
                rankingTtl,
                sessions,
                sessionTtl);
    }

    /** With this exploration instead. */
    public SelectorOptions withExploration(double exploration, long seed) {
        return new SelectorOptions(
                whole,
                top,
                most,
                exploration,
                seed,
                entries,
                queryTtl,
                contextTtl,
                rankingTtl,
                sessions,
                sessionTtl);
    }
}
