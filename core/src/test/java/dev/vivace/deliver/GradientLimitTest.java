package dev.vivace.deliver;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GradientLimitTest {
    private static final int SLOTS = 40;

    private record End(long at, long firstByteNanos) {}

    /** An upstream with so many slots, before which others queue; there is always one more call. */
    private final PriorityQueue<End> ends = new PriorityQueue<>(Comparator.comparingLong(End::at));

    private final Queue<Long> waiting = new ArrayDeque<>();
    private long now;
    private int inFlight;
    private int answered;
    private double serviceSeconds = 1;
    private final GradientLimit limit = new GradientLimit(500, () -> now);

    private void run(int seconds, Random random) {
        long until = now + TimeUnit.SECONDS.toNanos(seconds);
        answered = 0;
        while (true) {
            for (; inFlight < limit.limit(); inFlight++) {
                waiting.add(now);
            }
            while (ends.size() < SLOTS && !waiting.isEmpty()) {
                double service =
                        serviceSeconds * Math.exp(0.3 * random.nextGaussian() - 0.045) * 1e9;
                ends.add(
                        new End(
                                now + (long) service,
                                now + (long) (0.3 * service) - waiting.remove()));
            }
            if (ends.peek().at() > until) {
                now = until;
                return;
            }
            End end = ends.remove();
            now = end.at();
            limit.ended(end.firstByteNanos(), false, inFlight--);
            answered++;
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void findsWhatTheUpstreamTakesAndKeepsToIt(long seed) {
        var random = new Random(seed);
        run(60, random);
        for (int minute = 0; minute < 20; minute++) {
            run(60, random);
            assertTrue(answered >= 0.93 * 60 * SLOTS, "seed " + seed + ": " + answered);
            assertTrue(limit.limit() <= 2 * SLOTS, "seed " + seed + ": " + limit.limit());
        }
        int before = limit.limit();
        serviceSeconds = 2;
        run(10, random);
        assertTrue(limit.limit() < before, "seed " + seed + ": " + limit.limit());
    }
}
