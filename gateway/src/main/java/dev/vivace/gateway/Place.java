package dev.vivace.gateway;

import dev.vivace.deliver.Breaker;
import dev.vivace.deliver.Cause;
import dev.vivace.deliver.KeyRing;
import dev.vivace.deliver.Turnstile;
import dev.vivace.deliver.UpstreamState;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What one attempt occupies at its upstream: a place among those in flight, one of the keys, and
 * the breakers' leave. Given back once, with what came of it; used on one event loop.
 */
final class Place implements Passage {
    private static final long NOTHING = -1;
    private static final int UNAUTHORIZED = 401;
    private static final Duration REFUSED_KEY_RESTS = Duration.ofMinutes(5);
    private static final Duration LIMITED_KEY_RESTS = Duration.ofSeconds(1);
    private static final Duration LIMITED_KEY_RESTS_AT_MOST = Duration.ofMinutes(1);

    private final Lane lane;
    private final int key;
    private final long ticket;
    private final @Nullable Breaker keyBreaker;
    private final long keyTicket;
    private long reserved = NOTHING;
    private long firstByte = -1;
    private boolean feeds;
    private boolean told;
    private boolean over;

    private Place(Lane lane, int key, long ticket, @Nullable Breaker keyBreaker, long keyTicket) {
        this.lane = lane;
        this.key = key;
        this.ticket = ticket;
        this.keyBreaker = keyBreaker;
        this.keyTicket = keyTicket;
    }

    /**
     * Takes what is to be had; refused if the breaker has opened or every key rests. The turnstile
     * has been entered already, and is left again then.
     */
    static Passage take(Lane lane) {
        UpstreamState state = lane.state();
        int keys = state.keys().count();
        int key = state.keys().next();
        for (int tried = 0; tried < Math.max(1, keys) && key >= 0; tried++) {
            // That of an only key would say what the upstream's says.
            Breaker keyBreaker = keys > 1 ? state.breaker(key) : null;
            long keyTicket = keyBreaker == null ? 0 : keyBreaker.tryEnter();
            if (keyTicket >= 0) {
                long ticket = state.breaker().tryEnter();
                if (ticket >= 0) {
                    state.began();
                    return new Place(lane, key, ticket, keyBreaker, keyTicket);
                }
                if (keyBreaker != null) {
                    keyBreaker.left(keyTicket);
                }
            }
            key = keys > 1 ? state.keys().after(key) : -1;
        }
        state.turnstile().left(-1, Turnstile.Left.SILENTLY);
        return new Refused(lane.closed().orElseGet(lane::resting));
    }

    Lane lane() {
        return lane;
    }

    int key() {
        return key;
    }

    /**
     * A model's answer has begun, and is no error, which may come much sooner; once.
     *
     * @param departed by the clock of the lane
     */
    void came(long departed, boolean streamed) {
        firstByte = Math.max(0, lane.nanoTime().getAsLong() - departed);
        UpstreamState state = lane.state();
        // Without streams there is nothing better to go by than whole times.
        feeds = streamed || state.turnstile().limits() && !state.firstByteTimes(true).known();
        state.firstByteTimes(streamed).record(firstByte);
    }

    /**
     * The upstream works, whatever becomes of the rest: a probe need not wait for a long stream.
     */
    void answers() {
        if (!told) {
            told = true;
            lane.state().breaker().succeeded(ticket);
            if (keyBreaker != null) {
                keyBreaker.succeeded(keyTicket);
            }
        }
    }

    /**
     * The attempt has ended so.
     *
     * @param what happened if it did not go well, a sentence for a person
     */
    void ended(Cause cause, Supplier<String> what) {
        if (over) {
            return;
        }
        tell(cause, what);
        if (!cause.failsUpstream()) {
            answers();
        } else if (told) {
            // It answered and broke off: one success and one failure.
            failsAgain(keyBreaker == null ? lane.state().breaker() : keyBreaker);
        } else {
            told = true;
            fails(cause);
        }
        giveBack(
                cause.tooMuch()
                        ? Turnstile.Left.DROPPED
                        : cause.failsUpstream() ? Turnstile.Left.SILENTLY : Turnstile.Left.WELL);
    }

    /**
     * What our own key is refused for, or used too much for, is ours to know. A 403 may be about
     * the model, which whoever asks can choose.
     */
    private void tell(Cause cause, Supplier<String> what) {
        UpstreamState state = lane.state();
        boolean ours =
                state.keys().count() > 0
                        && (cause == Cause.RATE_LIMITED || cause == Cause.REFUSED_KEY);
        if (cause.failsUpstream() || ours) {
            state.failed(cause, what.get());
        } else {
            state.ended(cause);
        }
    }

    /**
     * Of several keys one may be at fault and the others serve: it speaks against its key only, but
     * for a connection that was none, which knew of no key.
     */
    private void fails(Cause cause) {
        Breaker whole = lane.state().breaker();
        if (keyBreaker == null) {
            whole.failed(ticket);
        } else if (cause == Cause.UNREACHABLE) {
            whole.failed(ticket);
            keyBreaker.left(keyTicket);
        } else {
            whole.left(ticket);
            keyBreaker.failed(keyTicket);
        }
    }

    private static void failsAgain(Breaker breaker) {
        long again = breaker.tryEnter();
        if (again >= 0) {
            breaker.failed(again);
        }
    }

    /** Its client left, and had waited for an answer for long enough. */
    void unanswered(String said) {
        if (!over) {
            lane.state().unanswered(said);
            leave();
        }
    }

    /** The attempt was given up, through no fault of the upstream. */
    void left() {
        if (!over) {
            lane.state().left();
            leave();
        }
    }

    private void leave() {
        if (!told) {
            told = true;
            lane.state().breaker().left(ticket);
            if (keyBreaker != null) {
                keyBreaker.left(keyTicket);
            }
        }
        giveBack(Turnstile.Left.SILENTLY);
    }

    /** So much was taken of what the upstream may be asked for within a minute. */
    Place reserved(long tokens) {
        reserved = tokens;
        return this;
    }

    /** What the attempt really took of it; once, after it has ended. */
    void settle(long tokens) {
        if (reserved != NOTHING) {
            lane.rates().ifPresent(rates -> rates.settle(lane.name(), reserved, tokens));
            reserved = NOTHING;
        }
    }

    /** Nothing was sent, so that nothing counts. */
    void unused() {
        if (!over) {
            lane.state().unused();
            leave();
        }
        if (reserved != NOTHING) {
            lane.rates().ifPresent(rates -> rates.putBack(lane.name(), reserved));
            reserved = NOTHING;
        }
    }

    /**
     * Leaves the key alone for a while if that is what the end of the attempt says. A 403 may be
     * about the model, which whoever asks can choose: it says nothing of the key. And the last key
     * never rests for being refused, so that one wrong answer closes no upstream.
     */
    void restKey(Cause cause, Opening opening, Optional<Duration> retryAfter) {
        KeyRing keys = lane.state().keys();
        if (cause == Cause.RATE_LIMITED && keys.count() > 1) {
            Duration asked = retryAfter.orElse(LIMITED_KEY_RESTS);
            keys.rest(
                    key,
                    asked.compareTo(LIMITED_KEY_RESTS_AT_MOST) > 0
                            ? LIMITED_KEY_RESTS_AT_MOST
                            : asked);
        } else if (cause == Cause.REFUSED_KEY
                && opening.head().status() == UNAUTHORIZED
                && keys.count() - keys.resting() > 1) {
            keys.rest(key, REFUSED_KEY_RESTS);
        }
    }

    private void giveBack(Turnstile.Left how) {
        over = true;
        lane.state().turnstile().left(feeds ? firstByte : -1, how);
    }
}
