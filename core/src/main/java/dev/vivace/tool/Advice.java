package dev.vivace.tool;

import dev.vivace.tool.ToolStats.Recommendation;
import dev.vivace.tool.ToolStats.Recommendation.Kind;
import java.time.Duration;
import java.util.List;

/** What the figures of a tool say about it. */
final class Advice {
    /** Fewer calls than these say nothing. */
    private static final int ENOUGH = 20;

    private static final int ENOUGH_OF_ALL = 100;
    private static final double OFTEN = 0.2;

    private Advice() {}

    static void unused(List<Recommendation> to, String tool, long callsOfAll) {
        if (callsOfAll >= ENOUGH_OF_ALL) {
            to.add(
                    new Recommendation(
                            tool,
                            Kind.UNUSED,
                            "not called once while other tools were "
                                    + callsOfAll
                                    + " times: offer it on request, or not at all"));
        }
    }

    static void add(List<Recommendation> to, ToolStats.Summary tool, Duration slow) {
        if (tool.calls() < ENOUGH) {
            return;
        }
        if (tool.p95().compareTo(slow) >= 0) {
            to.add(
                    new Recommendation(
                            tool.tool(),
                            Kind.SLOW,
                            "one call of 20 takes "
                                    + tool.p95().toMillis()
                                    + " ms or more: ask it for less, or bound its time"));
        }
        if (tool.repeats() >= OFTEN * tool.calls()) {
            to.add(
                    new Recommendation(
                            tool.tool(),
                            Kind.WORTH_CACHING,
                            tool.repeats()
                                    + " of "
                                    + tool.calls()
                                    + " calls repeated one before, at "
                                    + tool.p50().toMillis()
                                    + " ms each: give it a time to live"));
        }
    }
}
