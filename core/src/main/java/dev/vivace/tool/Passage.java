package dev.vivace.tool;

import dev.vivace.deliver.Breaker;
import dev.vivace.limit.Claim;
import dev.vivace.limit.Taken;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One attempt's way through the gates of its tool and its server, and back: turns first, then the
 * breakers' leave, then the rate, for a call that is refused must not have used any.
 *
 * <p>What the breakers are told is said once: of an attempt that nobody waits for any more, when it
 * is given up, since its end may never come. Its turns it keeps until it has ended.
 */
final class Passage implements AutoCloseable {
    /** Why it may not pass. */
    record Refusal(ToolOutcome.Reason reason, String message) {}

    private final List<ToolGate> gates;
    private final List<ToolGate> turns = new ArrayList<>(2);
    private final List<Leave> leaves = new ArrayList<>(2);
    private boolean waited;

    private record Leave(Breaker breaker, long ticket) {}

    Passage(List<ToolGate> gates) {
        this.gates = gates;
    }

    /**
     * Waits for turns if it must, for all of them together no longer than for one.
     *
     * @return why it may not pass; empty if it may
     */
    Optional<Refusal> enter(ToolLimits limits) throws InterruptedException {
        for (ToolGate gate : gates) {
            if (gate.breaker().state() == Breaker.State.OPEN) {
                return Optional.of(resting(gate)); // without waiting for it
            }
        }
        long since = System.nanoTime();
        for (ToolGate gate : gates) {
            if (!gate.tryTurn()) {
                waited = true;
                if (gate.full()) {
                    return Optional.of(crowded(tooMany(gate)));
                }
                if (!gate.awaitTurn(System.nanoTime() - since)) {
                    return Optional.of(
                            crowded(
                                    "the call waited "
                                            + gate.queueWait().toMillis() / 1000.0
                                            + " s for its turn and was not made: "
                                            + tooMany(gate)));
                }
            }
            turns.add(gate);
        }
        return leave().or(() -> rate(limits));
    }

    private static String tooMany(ToolGate gate) {
        return "too many calls of the " + gate.name() + " at a time; call fewer together, or later";
    }

    private synchronized Optional<Refusal> leave() {
        for (ToolGate gate : gates) {
            long ticket = gate.breaker().tryEnter();
            if (ticket < 0) {
                return Optional.of(resting(gate));
            }
            leaves.add(new Leave(gate.breaker(), ticket));
        }
        return Optional.empty();
    }

    private Optional<Refusal> rate(ToolLimits limits) {
        List<Claim> claims = gates.stream().flatMap(gate -> gate.claim().stream()).toList();
        if (claims.isEmpty()) {
            return Optional.empty();
        }
        Claim.Outcome outcome = Claim.all(limits.buckets(), claims).toCompletableFuture().join();
        return outcome.taken() instanceof Taken.Short missing
                ? Optional.of(
                        new Refusal(
                                ToolOutcome.Reason.LIMITED,
                                "the "
                                        + outcome.decisive().bucket()
                                        + " may be called "
                                        + outcome.decisive().perMinute()
                                        + " times a minute; call it again in "
                                        + (missing.retryAfter().toSeconds() + 1)
                                        + " s"))
                : Optional.empty();
    }

    private static Refusal crowded(String message) {
        return new Refusal(ToolOutcome.Reason.CROWDED, message);
    }

    private static Refusal resting(ToolGate gate) {
        return new Refusal(
                ToolOutcome.Reason.RESTING,
                "the "
                        + gate.name()
                        + " failed too often lately and is left alone; call it again in "
                        + (gate.breaker().opensIn().toSeconds() + 1)
                        + " s");
    }

    /** Whether it had to wait for its turn. */
    boolean waited() {
        return waited;
    }

    /** The tool answered. */
    synchronized void succeeded() {
        leaves.forEach(leave -> leave.breaker.succeeded(leave.ticket));
        leaves.clear();
    }

    /** The tool is to blame. */
    synchronized void failed() {
        leaves.forEach(leave -> leave.breaker.failed(leave.ticket));
        leaves.clear();
    }

    /** It says nothing about the tool. */
    synchronized void left() {
        leaves.forEach(leave -> leave.breaker.left(leave.ticket));
        leaves.clear();
    }

    /** The attempt has ended. */
    @Override
    public void close() {
        left();
        turns.forEach(ToolGate::giveTurnBack);
        turns.clear();
    }
}
