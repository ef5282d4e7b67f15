package dev.vivace.deliver;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Leaves an upstream alone that mostly fails. Closed, it counts the ends of calls within a rolling
 * window; too many failures open it for a while, in which nothing enters; then, half open, it lets
 * a few probes through at a time, until as many have succeeded (closed, and the window is empty
 * again) or one has failed (open again).
 *
 * <p>Every call that enters gets a ticket and reports its end with it exactly once. A ticket from
 * before the last change of state changes nothing: the end of a call that began before says nothing
 * about the upstream of now. Thread-safe.
 */
public final class Breaker {
    /** Whether calls enter. */
    public enum State {
        /** All of them. */
        CLOSED,
        /** None. */
        OPEN,
        /** A few at a time. */
        HALF_OPEN
    }

    /** Told of what whoever is on call wants to know; quick, for calls wait meanwhile. */
    interface Listener {
        /** Nothing enters any more, after so many failures. */
        void opened(int failures, int calls);

        /** All enter again. */
        void closed();
    }

    private static final Listener NOBODY =
            new Listener() {
                @Override
                public void opened(int failures, int calls) {}

                @Override
                public void closed() {}
            };

    private static final int SUCCESSES = 0;
    private static final int FAILURES = 1;
    private static final int BUCKETS = 10;
    private static final long NO_ENTRY = -1;

    private final BreakerOptions options;
    private final LongSupplier nanos;
    private final Listener listener;
    private final RollingCounts ends;

    private State state = State.CLOSED;
    private long openedAt;
    private long term;
    private int probes;
    private int passed;
    private long probedAt;

    /** The ticket while closed, so that the usual call enters without the lock. */
    private volatile long closedTicket;

    public Breaker(BreakerOptions options, LongSupplier nanos) {
        this(options, nanos, NOBODY);
    }

    Breaker(BreakerOptions options, LongSupplier nanos, Listener listener) {
        this.options = options;
        this.nanos = nanos;
        this.listener = listener;
        this.ends = new RollingCounts(2, BUCKETS, options.window().toNanos() / BUCKETS, nanos);
    }

    /** A ticket, 0 or more, or -1 if the call may not enter. */
    public long tryEnter() {
        long ticket = closedTicket;
        return ticket >= 0 ? ticket : tryProbe();
    }

    private synchronized long tryProbe() {
        return switch (stateNow()) {
            case CLOSED -> term;
            case OPEN -> NO_ENTRY;
            case HALF_OPEN -> {
                long now = nanos.getAsLong();
                if (probes == options.probes()) {
                    if (now - probedAt <= options.open().toNanos()) {
                        yield NO_ENTRY;
                    }
                    // Probes that hang, or long uploads, must not keep out who would find out more.
                    term++;
                    probes = 0;
                }
                probes++;
                probedAt = now;
                yield term;
            }
        };
    }

    /** The call of this ticket went well. */
    public void succeeded(long ticket) {
        if (options.on()) {
            ended(ticket, SUCCESSES);
        }
    }

    /** The call of this ticket failed, and the upstream is to blame. */
    public void failed(long ticket) {
        if (options.on()) {
            ended(ticket, FAILURES);
        }
    }

    /** The call of this ticket ended and says nothing about the upstream. */
    public void left(long ticket) {
        if (options.on() && ticket != closedTicket) {
            giveBack(ticket);
        }
    }

    private synchronized void giveBack(long ticket) {
        if (ticket == term && state == State.HALF_OPEN) {
            probes--;
        }
    }

    private synchronized void ended(long ticket, int how) {
        if (ticket != term) {
            return;
        }
        if (state == State.CLOSED) {
            ends.add(how);
            int failures = ends.sumThen(FAILURES);
            int all = failures + ends.sumThen(SUCCESSES);
            if (all >= options.minCalls() && failures >= options.failureRate() * all) {
                open();
                listener.opened(failures, all);
            }
        } else if (how == FAILURES) {
            open();
        } else {
            probes--;
            passed++;
            if (passed == options.probes()) {
                ends.clear();
                become(State.CLOSED);
                listener.closed();
            }
        }
    }

    private void open() {
        openedAt = nanos.getAsLong();
        become(State.OPEN);
    }

    private void become(State next) {
        state = next;
        term++;
        probes = 0;
        passed = 0;
        closedTicket = next == State.CLOSED ? term : NO_ENTRY;
    }

    /** Nobody has to call for an open breaker to become half open: time does it. */
    private State stateNow() {
        if (state == State.OPEN && openNanosLeft() <= 0) {
            become(State.HALF_OPEN);
        }
        return state;
    }

    private long openNanosLeft() {
        return options.open().toNanos() - (nanos.getAsLong() - openedAt);
    }

    public State state() {
        return closedTicket >= 0 ? State.CLOSED : lockedState();
    }

    private synchronized State lockedState() {
        return stateNow();
    }

    /**
     * How long it stays open; zero if it is not, also where every probe is under way and no other
     * call enters just now.
     */
    public synchronized Duration opensIn() {
        return stateNow() == State.OPEN ? Duration.ofNanos(openNanosLeft()) : Duration.ZERO;
    }
}
