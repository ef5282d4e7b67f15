package dev.vivace.simulator;

import java.util.SplittableRandom;

/** Writes plain sentences. */
final class Prose {
    private static final String[] OPENINGS = {
        "In short,",
        "As far as I can tell,",
        "On balance,",
        "For this case,",
        "Most of the time",
        "From what you describe,",
        "As a first step,",
        "In practice,"
    };
    private static final String[] SUBJECTS = {
        "the schedule", "the second option", "a smaller batch", "the current plan",
        "the earlier estimate", "the shared index", "the report", "a direct route",
        "the remaining budget", "the simplest approach", "the latest version", "the customer"
    };
    private static final String[] VERBS = {
        "depends on",
        "agrees with",
        "leaves room for",
        "is limited by",
        "works well with",
        "should be checked against",
        "can be derived from",
        "takes precedence over",
        "is consistent with",
        "needs",
        "follows from",
        "replaces"
    };
    private static final String[] OBJECTS = {
        "the figures from last week", "the order in which things arrive", "a clear owner",
        "the constraints that you named", "two independent reviews", "the original request",
        "the slowest of the steps", "what was agreed before", "the number of open items",
        "a short trial run", "the policy on changes", "the data at hand"
    };
    private static final String[] ENDINGS = {
        ".",
        ".",
        ".",
        ", so it is worth a second look.",
        ", which keeps the cost low.",
        ", and nothing else has to change.",
        "; I would start there.",
        ", at least for now."
    };

    private Prose() {}

    /** Two to seven sentences. */
    static String write(SplittableRandom random) {
        int sentences = random.nextInt(2, 8);
        var text = new StringBuilder();
        for (int i = 0; i < sentences; i++) {
            text.append(i == 0 ? "" : " ")
                    .append(pick(OPENINGS, random))
                    .append(' ')
                    .append(pick(SUBJECTS, random))
                    .append(' ')
                    .append(pick(VERBS, random))
                    .append(' ')
                    .append(pick(OBJECTS, random))
                    .append(pick(ENDINGS, random));
        }
        return text.toString();
    }

    /** A few words that could be a value. */
    static String words(SplittableRandom random) {
        return pick(SUBJECTS, random).replaceFirst("^(the|a) ", "");
    }

    private static String pick(String[] of, SplittableRandom random) {
        return of[random.nextInt(of.length)];
    }
}
