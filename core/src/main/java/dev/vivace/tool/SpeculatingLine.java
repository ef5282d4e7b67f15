package dev.vivace.tool;

import dev.vivace.tool.Followers.Guess;
import dev.vivace.tool.ToolOutcome.Done;
import dev.vivace.tool.ToolOutcome.Source;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The calls of one session. What was begun early is given up when the next two calls were others.
 * Thread-safe.
 */
final class SpeculatingLine implements CallLine {
    private static final Logger LOG = LoggerFactory.getLogger(SpeculatingLine.class);
    private static final int PATIENCE = 2;
    private static final long A_MOMENT_NANOS = Duration.ofMillis(1).toNanos();

    private static final class Hope {
        final Early.Key key;
        int disappointed;

        Hope(Early.Key key) {
            this.key = key;
        }
    }

    private final Speculation all;
    private final String principal;
    private final String session;

    // Guarded by this.
    private List<Facts> before = List.of();
    private List<Guess> guesses = List.of();
    private Optional<Guess> begun = Optional.empty();
    private final ArrayDeque<Hope> hopes = new ArrayDeque<>();
    private long endedAt;

    SpeculatingLine(Speculation all, String principal, String session) {
        this.all = all;
        this.principal = principal;
        this.session = session;
    }

    @Override
    public Prepared prepare(ToolCall call, String who) {
        return all.line.prepare(call, who);
    }

    @Override
    public Effects atMost(String tool) {
        return all.line.atMost(tool);
    }

    @Override
    public ToolOutcome run(
            Prepared.Ready ready, ToolContext context, boolean skipCache, Runnable ended) {
        if (!context.principal().equals(principal)) {
            return all.line.run(ready, context, skipCache, ended);
        }
        long began = all.nanos.getAsLong();
        Optional<ToolResult> early = skipCache ? Optional.empty() : early(ready, context);
        quietly(() -> arrived(ready, began, early.isPresent()));
        quietly(this::disappoint);
        ToolOutcome outcome;
        if (early.isPresent()) {
            ended.run();
            outcome = new Done(early.get(), Source.SPECULATED, ready.changes());
            all.line.settleEarly(ready.tool(), outcome);
        } else {
            outcome = made(ready, context, skipCache, ended, all.nanos.getAsLong() - began);
        }
        quietly(() -> completed(ready, outcome, began));
        return outcome;
    }

    /** Who has waited for what came to nothing does not wait as long once more. */
    private ToolOutcome made(
            Prepared.Ready ready,
            ToolContext context,
            boolean skipCache,
            Runnable ended,
            long waited) {
        if (waited < A_MOMENT_NANOS) {
            return all.line.run(ready, context, skipCache, ended);
        }
        Duration left = context.timeout().minusNanos(waited);
        if (!left.isPositive()) {
            ended.run();
            return new ToolOutcome.Failed(
                    ToolOutcome.Reason.TIMEOUT,
                    "it took longer than " + context.timeout().toMillis() + " ms");
        }
        return all.line.run(
                ready,
                new ToolContext(context.principal(), left, context.turn()),
                skipCache,
                ended);
    }

    private Optional<ToolResult> early(Prepared.Ready ready, ToolContext context) {
        return all.line
                .readable(ready, context)
                .flatMap(reading -> {
                    var key = new Early.Key(session, reading);
                    forget(key);
                    return all.early.take(key, context.timeout());
                });
    }

    private synchronized void forget(Early.Key key) {
        hopes.removeIf(hope -> hope.key.equals(key));
    }

    /** What is learned must never be in the way of a call. */
    private static void quietly(Runnable learning) {
        try {
            learning.run();
        } catch (RuntimeException e) {
            LOG.error("what comes next was not learned", e);
        }
    }

    private synchronized void arrived(Prepared.Ready ready, long now, boolean used) {
        String tool = ready.tool().definition().name();
        // What was begun and then of no use was a wrong guess, whatever it was of.
        boolean useful = used || begun.filter(guess -> guess.is(tool, ready.arguments())).isEmpty();
        guesses.forEach(guess -> guess.settle(tool, ready.arguments(), useful));
        guesses = List.of();
        begun = Optional.empty();
        if (!before.isEmpty()) {
            all.learn(principal, before, ready, Math.max(0, now - endedAt));
        }
    }

    private synchronized void disappoint() {
        for (Hope hope : hopes) {
            hope.disappointed++;
        }
        while (!hopes.isEmpty() && hopes.peek().disappointed >= PATIENCE) {
            all.early.drop(hopes.remove().key);
        }
    }

    private void completed(Prepared.Ready ready, ToolOutcome outcome, long began) {
        Optional<Guess> guess = remembered(ready, outcome, began);
        guess.filter(all::worthwhile)
                .flatMap(likely ->
                        all.early.begin(
                                session,
                                new ToolCall("early", likely.tool(), likely.arguments()),
                                principal))
                .ifPresent(key -> hope(key, guess));
    }

    private synchronized void hope(Early.Key key, Optional<Guess> guess) {
        begun = guess;
        hopes.add(new Hope(key));
    }

    private synchronized Optional<Guess> remembered(
            Prepared.Ready ready, ToolOutcome outcome, long began) {
        String tool = ready.tool().definition().name();
        ObjectNode arguments = ready.arguments();
        endedAt = all.nanos.getAsLong();
        Facts facts = Facts.of(tool, arguments);
        if (outcome instanceof Done done) {
            if (done.source() != Source.SPECULATED) {
                all.took(tool, endedAt - began);
            }
            facts = Facts.of(tool, arguments, done.result().value());
        }
        before = before.isEmpty() ? List.of(facts) : List.of(facts, before.getFirst());
        guesses = all.guesses(principal, before);
        return guesses.stream().max(Comparator.comparingDouble(Guess::probability));
    }
}
