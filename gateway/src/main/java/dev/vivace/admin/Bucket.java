package dev.vivace.admin;

import dev.vivace.ledger.CacheStatus;
import dev.vivace.ledger.LedgerEntry;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.IntCountsHistogram;
import tools.jackson.core.JsonGenerator;

/**
 * The sums of some calls, and the distribution of their times to within 1/16. One thread at a time.
 */
final class Bucket {
    private static final long LONGEST_MICROS = TimeUnit.HOURS.toMicros(1);
    private static final CacheStatus[] STATUSES = CacheStatus.values();

    private final long[] byStatus = new long[STATUSES.length];
    private final IntCountsHistogram total = new IntCountsHistogram(LONGEST_MICROS, 1);
    private final IntCountsHistogram overhead = new IntCountsHistogram(LONGEST_MICROS, 1);
    private long number;
    private long changed;
    private long requests;
    private long errors;
    private long fresh;
    private long cached;
    private long output;
    private long saved;
    private double costUsd;
    private double savedUsd;

    long number() {
        return number;
    }

    /** When the last entry was added, milliseconds since the epoch. */
    long changed() {
        return changed;
    }

    long requests() {
        return requests;
    }

    /** What it holds in memory, but for a few hundred bytes. */
    int bytes() {
        return total.getEstimatedFootprintInBytes() + overhead.getEstimatedFootprintInBytes();
    }

    /** Forgets everything and stands for another time. */
    void begin(long number) {
        this.number = number;
        changed = 0;
        Arrays.fill(byStatus, 0);
        total.reset();
        overhead.reset();
        requests = 0;
        errors = 0;
        fresh = 0;
        cached = 0;
        output = 0;
        saved = 0;
        costUsd = 0;
        savedUsd = 0;
    }

    void add(LedgerEntry e, long now) {
        changed = Math.max(changed, now);
        requests++;
        errors += error(e.status()) ? 1 : 0;
        byStatus[e.cache().ordinal()]++;
        total.recordValue(micros(e.totalMicros()));
        overhead.recordValue(micros(e.overheadMicros()));
        fresh += e.tokens().fresh();
        cached += e.tokens().cached();
        output += e.tokens().output();
        saved += e.tokens().saved();
        costUsd += Money.orNothing(e.costUsd());
        savedUsd += Money.orNothing(e.savedUsd());
    }

    void add(Bucket other) {
        changed = Math.max(changed, other.changed);
        requests += other.requests;
        errors += other.errors;
        for (int i = 0; i < byStatus.length; i++) {
            byStatus[i] += other.byStatus[i];
        }
        total.add(other.total);
        overhead.add(other.overhead);
        fresh += other.fresh;
        cached += other.cached;
        output += other.output;
        saved += other.saved;
        costUsd += other.costUsd;
        savedUsd += other.savedUsd;
    }

    /** The properties of an object that the caller opens and closes. */
    void write(JsonGenerator to) {
        to.writeNumberProperty("requests", requests);
        to.writeNumberProperty("errors", errors);
        to.writeObjectPropertyStart("cache");
        for (CacheStatus status : STATUSES) {
            to.writeNumberProperty(status.header(), byStatus[status.ordinal()]);
        }
        to.writeEndObject();
        to.writeObjectPropertyStart("tokens");
        to.writeNumberProperty("fresh", fresh);
        to.writeNumberProperty("cached", cached);
        to.writeNumberProperty("output", output);
        to.writeNumberProperty("saved", saved);
        to.writeEndObject();
        to.writeNumberProperty("cost_usd", costUsd);
        to.writeNumberProperty("saved_usd", savedUsd);
        percentiles(to, "total_us", total);
        percentiles(to, "overhead_us", overhead);
    }

    private static void percentiles(JsonGenerator to, String name, IntCountsHistogram of) {
        to.writeObjectPropertyStart(name);
        to.writeNumberProperty("p50", of.getValueAtPercentile(50));
        to.writeNumberProperty("p95", of.getValueAtPercentile(95));
        to.writeNumberProperty("p99", of.getValueAtPercentile(99));
        to.writeEndObject();
    }

    /** A client that left (499) is not an error of anybody's. */
    private static boolean error(int status) {
        return status >= 400 && status != 499;
    }

    private static long micros(long micros) {
        return Math.clamp(micros, 0, LONGEST_MICROS);
    }
}
