package dev.vivace.gateway;

import dev.vivace.deliver.Breaker;
import dev.vivace.deliver.Cause;
import dev.vivace.deliver.UpstreamState;
import org.jspecify.annotations.Nullable;

/**
 * What one attempt occupies at its upstream: a place among those in flight, one of the keys, and
 * the breakers' leave. Given back once, with what came of it; used on one event loop.
 */
final class Place {
    private final Lane lane;
    private final int key;
    private final long ticket;
    private final long keyTicket;
    private final long reserved;
    private final boolean timed;
    private boolean settled;
    private long firstByte = -1;
    private boolean counts;
    private boolean told;
    private boolean over;

    private Place(Lane lane, int key, long ticket, long keyTicket, long reserved, boolean timed) {
        this.lane = lane;
        this.key = key;
        this.ticket = ticket;
        this.keyTicket = keyTicket;
        this.reserved = reserved;
        this.timed = timed;
    }

    /**
     * Takes what is to be had; null if the breaker has opened or every key rests. The turnstile has
     * been entered already, and is left again then.
     *
     * @param reserved of the tokens that the upstream may be asked for, given back likewise
     * @param timed whether the time to its first byte says how the upstream's models do
     */
    static @Nullable Place take(Lane lane, long reserved, boolean timed) {
        UpstreamState state = lane.state();
        int most = Math.max(1, state.keys().count());
        for (int tried = 0; tried < most; tried++) {
            int key = state.keys().next();
            if (key < 0) {
                break;
            }
            long keyTicket = state.breaker(key).tryEnter();
            if (keyTicket >= 0) {
                long ticket = state.breaker().tryEnter();
                if (ticket >= 0) {
                    state.began();
                    return new Place(lane, key, ticket, keyTicket, reserved, timed);
                }
                state.breaker(key).left(keyTicket);
            }
        }
        state.turnstile().left(-1, false);
        lane.rates().ifPresent(rates -> rates.settle(lane.name(), reserved, 0));
        return null;
    }

    Lane lane() {
        return lane;
    }

    int key() {
        return key;
    }

    /**
     * Something of the answer's body came; whether it was the first.
     *
     * @param good whether it is an answer and no error, which may come much sooner
     */
    boolean came(long departed, boolean good) {
        if (firstByte >= 0) {
            return false;
        }
        firstByte = Math.max(0, System.nanoTime() - departed);
        counts = timed && good;
        if (counts) {
            lane.state().firstByteTimes().record(firstByte);
        }
        return true;
    }

    /**
     * The upstream works, whatever becomes of the rest: a probe need not wait for a long stream.
     */
    void answers() {
        if (!told) {
            told = true;
            lane.state().breaker().succeeded(ticket);
            lane.state().breaker(key).succeeded(keyTicket);
        }
    }

    /** The attempt has ended so. */
    void ended(Cause cause) {
        if (over) {
            return;
        }
        if (!cause.failsUpstream()) {
            answers();
        } else if (told) {
            // It answered and broke off: one success and one failure.
            failsAgain(lane.state().breaker());
        } else {
            told = true;
            lane.state().breaker().failed(ticket);
            lane.state().breaker(key).failed(keyTicket);
        }
        giveBack(
                cause == Cause.RATE_LIMITED
                        || cause == Cause.SERVER_ERROR
                        || cause == Cause.TIMEOUT);
    }

    private static void failsAgain(Breaker breaker) {
        long again = breaker.tryEnter();
        if (again >= 0) {
            breaker.failed(again);
        }
    }

    /** The attempt was given up, through no fault of the upstream. */
    void left() {
        if (!over && !told) {
            told = true;
            lane.state().breaker().left(ticket);
            lane.state().breaker(key).left(keyTicket);
        }
        giveBack(false);
    }

    /** What the attempt took of the upstream's tokens; once, after it has ended. */
    void settle(long tokens) {
        if (!settled) {
            settled = true;
            lane.rates().ifPresent(rates -> rates.settle(lane.name(), reserved, tokens));
        }
    }

    private void giveBack(boolean dropped) {
        if (!over) {
            over = true;
            lane.state().ended();
            lane.state().turnstile().left(counts ? firstByte : -1, dropped);
        }
    }
}
