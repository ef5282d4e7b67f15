package dev.vivace.tool;

import dev.vivace.tool.ToolOutcome.Done;
import dev.vivace.tool.ToolOutcome.Source;
import java.time.Duration;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.PackedHistogram;

/**
 * How the calls of one tool went. Thread-safe; one monitor, held for a fraction of a microsecond.
 */
final class ToolCounts {
    private static final int DIGITS = 2;
    private static final long LONGEST_MICROS = Duration.ofDays(1).toNanos() / 1_000;
    private static final long PAUSE_NANOS = Duration.ofMinutes(1).toNanos();
    private static final int REMEMBERED = 256;

    // Thousands of tools that are called now and then must not take 20 kB each.
    private final Histogram micros = new PackedHistogram(DIGITS);

    /** Hashes of reads, each at its place until another comes there. */
    private final int[] reads = new int[REMEMBERED];

    private long calls;
    private long successes;
    private long cached;
    private long joined;
    private long speculated;
    private long waited;
    private long retries;
    private long repeats;
    private boolean logged;
    private long loggedAt;

    synchronized void add(ToolOutcome outcome) {
        calls++;
        if (outcome instanceof Done done) {
            successes += done.result().error() ? 0 : 1;
            cached += done.source() == Source.CACHED ? 1 : 0;
            joined += done.source() == Source.JOINED ? 1 : 0;
            speculated += done.source() == Source.SPECULATED ? 1 : 0;
        }
    }

    synchronized void took(long nanos) {
        micros.recordValue(Math.clamp(nanos / 1_000, 0, LONGEST_MICROS));
    }

    synchronized void waited() {
        waited++;
    }

    synchronized void retried() {
        retries++;
    }

    synchronized void read(int hash) {
        int at = Math.floorMod(hash, REMEMBERED);
        if (reads[at] == hash) {
            repeats++;
        }
        reads[at] = hash;
    }

    synchronized boolean timeToLog(long now) {
        if (logged && now - loggedAt < PAUSE_NANOS) {
            return false;
        }
        logged = true;
        loggedAt = now;
        return true;
    }

    synchronized long calls() {
        return calls;
    }

    synchronized ToolStats.Summary summary(String tool) {
        return new ToolStats.Summary(
                tool,
                calls,
                successes,
                cached,
                joined,
                speculated,
                waited,
                retries,
                repeats,
                micros.getTotalCount(),
                percentile(50),
                percentile(95),
                percentile(99));
    }

    private Duration percentile(double which) {
        return micros.getTotalCount() == 0
                ? Duration.ZERO
                : Duration.ofNanos(micros.getValueAtPercentile(which) * 1_000);
    }
}
