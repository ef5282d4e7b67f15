package dev.vivace.admin;

import dev.vivace.ledger.LedgerEntry;
import dev.vivace.ledger.LedgerListener;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/**
 * The last hour in buckets of 5 s, for the dashboard. A call counts at the time it ended. Memory:
 * at most 4 MB, when every bucket has calls.
 *
 * <p>Thread-safe; a reader sees whole entries only.
 */
public final class Timeline implements LedgerListener {
    static final long BUCKET_MILLIS = 5_000;
    static final int BUCKETS = 720;

    private static final int MINUTE = 12;

    private final @Nullable Bucket[] ring = new @Nullable Bucket[BUCKETS];
    private final Clock clock;
    private final long started;

    public Timeline(Clock clock) {
        this.clock = clock;
        started = clock.millis();
    }

    @Override
    public synchronized void on(LedgerEntry e) {
        long millis = clock.millis();
        long now = number(millis);
        long ended = Math.min(now, number(e.at() + e.totalMicros() / 1_000));
        if (ended <= now - BUCKETS) {
            return; // a clock that jumped, or an entry that waited for an hour
        }
        int at = (int) Math.floorMod(ended, (long) BUCKETS);
        Bucket bucket = ring[at];
        if (bucket == null) {
            bucket = new Bucket();
            ring[at] = bucket;
        }
        if (bucket.number() != ended) {
            bucket.begin(ended);
        }
        bucket.add(e, millis);
    }

    /**
     * One object: the time, the buckets in which something happened since {@code since}, oldest
     * first, and the sum of the whole hour. Whoever asks again with the time that the last answer
     * named gets what has changed.
     *
     * @param since milliseconds since the epoch; 0 for all
     * @param step how many buckets of 5 s to join into one, at least 1
     * @param inFlight calls that have begun and not ended
     * @param dropped entries that the ledger lost
     */
    synchronized void write(JsonGenerator to, long since, int step, long inFlight, long dropped) {
        long millis = clock.millis();
        List<Bucket> live = live(number(millis));
        to.writeStartObject();
        to.writeNumberProperty("now", millis);
        to.writeNumberProperty("started", started);
        to.writeNumberProperty("step_ms", step * BUCKET_MILLIS);
        to.writeNumberProperty("in_flight", inFlight);
        to.writeNumberProperty("dropped", dropped);
        to.writeNumberProperty("last_minute", lastMinute(live, number(millis)));
        to.writeArrayPropertyStart("buckets");
        for (Bucket joined : join(live, step)) {
            if (joined.changed() >= since) {
                to.writeStartObject();
                to.writeNumberProperty("at", joined.number() * step * BUCKET_MILLIS);
                joined.write(to);
                to.writeEndObject();
            }
        }
        to.writeEndArray();
        to.writeObjectPropertyStart("totals");
        var whole = new Bucket();
        live.forEach(whole::add);
        whole.write(to);
        to.writeEndObject();
        to.writeEndObject();
    }

    /** Oldest first. */
    private List<Bucket> live(long now) {
        var live = new ArrayList<Bucket>(BUCKETS);
        for (long n = now - BUCKETS + 1; n <= now; n++) {
            Bucket bucket = ring[(int) Math.floorMod(n, (long) BUCKETS)];
            if (bucket != null && bucket.number() == n) {
                live.add(bucket);
            }
        }
        return live;
    }

    private static List<Bucket> join(List<Bucket> live, int step) {
        if (step == 1) {
            return live;
        }
        var joined = new ArrayList<Bucket>(live.size());
        for (Bucket bucket : live) {
            long number = Math.floorDiv(bucket.number(), step);
            if (joined.isEmpty() || joined.getLast().number() != number) {
                var next = new Bucket();
                next.begin(number);
                joined.add(next);
            }
            joined.getLast().add(bucket);
        }
        return joined;
    }

    private static long lastMinute(List<Bucket> live, long now) {
        return live.stream()
                .filter(bucket -> bucket.number() > now - MINUTE)
                .mapToLong(Bucket::requests)
                .sum();
    }

    private static long number(long millis) {
        return Math.floorDiv(millis, BUCKET_MILLIS);
    }
}
