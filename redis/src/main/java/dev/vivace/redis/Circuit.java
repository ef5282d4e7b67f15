package dev.vivace.redis;

import dev.vivace.redis.RedisHealth.State;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether Redis is worth asking. A Redis that is late several times in a row is left alone, so that
 * callers do not wait for it one by one, until a probe is answered in time. Thread-safe.
 */
final class Circuit {
    private static final Logger LOG = LoggerFactory.getLogger(Circuit.class);

    /** So many in a row, with none in time between them. */
    static final int LATE = 5;

    private record Now(State state, Instant since, Optional<String> reason) {}

    private final String name;
    private final InstantSource clock;
    private final LongAdder failures = new LongAdder();
    private final AtomicInteger late = new AtomicInteger();
    private volatile Now now;
    private volatile boolean told;

    /**
     * @param name of the server, for the log
     */
    Circuit(String name, InstantSource clock) {
        this.name = name;
        this.clock = clock;
        now = new Now(State.GONE, clock.instant(), Optional.of("not connected yet"));
    }

    boolean lets() {
        return now.state == State.UP;
    }

    State state() {
        return now.state;
    }

    RedisHealth health() {
        Now current = now;
        return new RedisHealth(current.state, current.since, failures.sum(), current.reason);
    }

    synchronized void connected() {
        late.set(0);
        to(State.UP, Optional.empty());
    }

    /** No connection, or it could not be made. */
    synchronized void lost(String why) {
        to(State.GONE, Optional.of(why));
    }

    /** A command was answered in time, whatever the answer. */
    void answered() {
        if (late.get() != 0) {
            late.set(0);
        }
    }

    /** A command was not answered in time. */
    void late() {
        failures.increment();
        if (late.incrementAndGet() >= LATE && now.state == State.UP) {
            synchronized (this) {
                if (now.state == State.UP) {
                    to(State.SLOW, Optional.of("answers too late"));
                }
            }
        }
    }

    /** A command failed, or was not tried. */
    void failed() {
        failures.increment();
    }

    /** A probe was answered in time. */
    synchronized void probed() {
        late.set(0);
        if (now.state == State.SLOW) {
            to(State.UP, Optional.empty());
        }
    }

    /** From now on nothing is worth a line in the log. */
    synchronized void closing() {
        told = true;
    }

    private void to(State state, Optional<String> reason) {
        Now before = now;
        if (before.state != state) {
            now = new Now(state, clock.instant(), reason);
        } else if (!before.reason.equals(reason)) {
            now = new Now(state, before.since, reason);
        }
        if (state == State.UP && told) {
            told = false;
            LOG.info("Redis at {} is back", name);
        } else if (state != State.UP && !told) {
            told = true;
            LOG.warn(
                    "Redis at {} is {}: {}; going on with local state",
                    name,
                    state == State.SLOW ? "slow" : "gone",
                    reason.orElse("no reason given"));
        }
    }
}
