package dev.vivace.bench;

import dev.vivace.command.Arguments;
import dev.vivace.command.Command;
import dev.vivace.command.Console;
import dev.vivace.command.Kind;
import dev.vivace.command.Usage;
import dev.vivace.tool.CallLine;
import dev.vivace.tool.Prepared;
import dev.vivace.tool.Speculation;
import dev.vivace.tool.SpeculationOptions;
import dev.vivace.tool.ToolContext;
import dev.vivace.tool.ToolLine;
import dev.vivace.tool.ToolOutcome;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/** {@code vivace bench speculation}. */
final class SpeculationCommand implements Command {
    private static final int CALLS = 240;
    private static final ToolContext CONTEXT = new ToolContext("bench", Duration.ofMinutes(1));

    private boolean holds = true;

    /** How a trace went. */
    private record Went(double seconds, double waited, int stale) {}

    @Override
    public Usage usage() {
        return new Usage("speculation", "Calls made early: what they save, and what they waste.")
                .details(
                        "Simulated agents over simulated tools of 10 to 30 ms, with 20 to 40 ms of thought between"
                                + " calls: one with habits, one that does one of two things, one at random; each"
                                + " with and without. Exit code 1 if a target is missed.")
                .option("seed", "N", "1", "The same seed makes the same traces.");
    }

    @Override
    public int run(Arguments given, Console console) throws InterruptedException {
        long seed = given.get("seed", Kind.LONG);
        console.out().println(Machine.here("nothing else").text());
        console.out().println("Latencies, thoughts and traces are simulated.");
        console.out().println();
        for (AgentTrace.Kind kind : AgentTrace.Kind.values()) {
            trace(kind, seed, console);
        }
        return holds ? 0 : 1;
    }

    private void trace(AgentTrace.Kind kind, long seed, Console console)
            throws InterruptedException {
        var alone = new AgentTrace(kind, seed);
        ToolLine line = ToolLine.of(alone::tool).build();
        Went without = go(alone, line, seed);
        var helped = new AgentTrace(kind, seed);
        var speculation =
                new Speculation(ToolLine.of(helped::tool).build(), SpeculationOptions.DEFAULT);
        Went with = go(helped, speculation.session("bench", "s"), seed);
        Speculation.Statistics figures = speculation.statistics();
        long early = figures.used() + figures.wasted();
        console.out()
                .println(
                        "%-10s whole %5.2f s, without %5.2f s (%+.0f %%); waited for tools %5.2f s, without %5.2f s (%+.0f %%)"
                                .formatted(
                                        kind.name().toLowerCase(java.util.Locale.ROOT),
                                        with.seconds,
                                        without.seconds,
                                        100 * (with.seconds / without.seconds - 1),
                                        with.waited,
                                        without.waited,
                                        100 * (with.waited / without.waited - 1)));
        console.out()
                .println(
                        "           of %d calls %d were made early and used, %d wasted (%.0f %% of early ones, %.1f %% of all); stale %d, early writes %d"
                                .formatted(
                                        CALLS,
                                        figures.used(),
                                        figures.wasted(),
                                        early == 0 ? 0 : 100.0 * figures.wasted() / early,
                                        100.0 * figures.wasted() / CALLS,
                                        with.stale,
                                        helped.writesTooMany()));
        boolean careful =
                figures.wasted() <= Math.max(0.3 * early, 0.05 * CALLS)
                        && with.stale == 0
                        && helped.writesTooMany() == 0;
        holds &= careful;
        console.out()
                .println(
                        "           waste at most 30 %% of early calls or 5 %% of all, nothing stale, no write early: %s"
                                .formatted(careful ? "reached" : "MISSED"));
    }

    private static Went go(AgentTrace trace, CallLine line, long seed) throws InterruptedException {
        var thoughts = new Random(seed);
        long waited = 0;
        int stale = 0;
        long began = System.nanoTime();
        for (int i = 0; i < CALLS; i++) {
            AgentTrace.Next next = trace.next();
            long asked = System.nanoTime();
            var ready = (Prepared.Ready) line.prepare(next.call(), "bench");
            ToolOutcome outcome = line.run(ready, CONTEXT, false, () -> {});
            waited += System.nanoTime() - asked;
            stale += trace.right(next, outcome) ? 0 : 1;
            TimeUnit.MILLISECONDS.sleep(20 + thoughts.nextInt(21));
        }
        return new Went((System.nanoTime() - began) / 1e9, waited / 1e9, stale);
    }
}
