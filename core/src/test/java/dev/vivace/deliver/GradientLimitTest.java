package dev.vivace.deliver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vivace.deliver.Turnstile.Left;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GradientLimitTest {
    private static final long FIRST_BYTE = TimeUnit.MILLISECONDS.toNanos(300);

    private record End(long at, long firstByteNanos) {}

    /** An upstream with so many places, before which others queue. */
    private static final class Upstream {
        private final PriorityQueue<End> ends =
                new PriorityQueue<>(Comparator.comparingLong(End::at));
        private final Queue<Long> waiting = new ArrayDeque<>();
        private final Random random;
        private final GradientLimit limit;
        private int places;
        private double seconds = 1;
        private double spread = 0.3;
        private double firstByte = 0.3;

        /** Calls that want to be in flight. */
        private int demand = Integer.MAX_VALUE;

        private long now;
        private int inFlight;
        private int most;

        Upstream(int places, long seed) {
            this.places = places;
            this.random = new Random(seed);
            this.limit = new GradientLimit(500, () -> now);
        }

        /** How much of what it could do in that time it did. */
        double run(int time) {
            long until = now + TimeUnit.SECONDS.toNanos(time);
            int answered = 0;
            most = 0;
            while (true) {
                for (; inFlight < Math.min(demand, limit.limit()); inFlight++) {
                    waiting.add(now);
                }
                while (ends.size() < places && !waiting.isEmpty()) {
                    work(waiting.remove());
                }
                if (ends.element().at() > until) {
                    now = until;
                    return answered * seconds / time / Math.min(demand, places);
                }
                End end = ends.remove();
                now = end.at();
                limit.ended(end.firstByteNanos(), Left.WELL, inFlight--);
                most = Math.max(most, limit.limit());
                answered++;
            }
        }

        private void work(long since) {
            double mean = Math.exp(spread * random.nextGaussian() - spread * spread / 2);
            double nanos = seconds * 1e9 * mean;
            ends.add(new End(now + (long) nanos, now + (long) (firstByte * nanos) - since));
        }

        @Override
        public String toString() {
            return places + " places, limit " + limit.limit() + ", " + most + " at most";
        }
    }

    /** By how much times vary, and which part of its time an answer takes to begin. */
    @ParameterizedTest
    @CsvSource({"0.05, 0.1", "0.05, 1", "0.3, 0.3", "0.3, 1", "0.8, 0.3"})
    void findsWhatTheUpstreamTakesAndKeepsToIt(double spread, double firstByte) {
        for (int places : new int[] {1, 4, 8, 50, 200}) {
            for (long seed = 1; seed <= 3; seed++) {
                var upstream = new Upstream(places, seed);
                upstream.spread = spread;
                upstream.firstByte = firstByte;
                String which = "seed " + seed + ", " + upstream;
                upstream.run(places < 8 ? 300 : 60);
                double done = 0;
                for (int minute = 0; minute < 20; minute++) {
                    done += upstream.run(60) / 20;
                    assertTrue(upstream.most <= 2.5 * places + 1, which + ": " + upstream);
                }
                assertTrue(done >= 0.93, which + ": " + done);
            }
        }
    }

    @Test
    void aSmallUpstreamNeverSeesACrowd() {
        var upstream = new Upstream(4, 1);
        upstream.run(300);
        assertTrue(upstream.most <= 16, "" + upstream);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void firstAnswersThatAreLateForOtherReasonsSayNothing(long seed) {
        var upstream = new Upstream(8, seed);
        upstream.seconds = 20;
        upstream.run(50);
        upstream.seconds = 1;
        upstream.run(120);
        upstream.run(60);
        assertTrue(upstream.most <= 2.5 * 8, "seed " + seed + ": " + upstream);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void followsAnUpstreamThatGetsSlowerOrFaster(long seed) {
        var upstream = new Upstream(40, seed);
        upstream.run(60);
        for (double seconds : new double[] {4, 0.5, 1}) {
            upstream.seconds = seconds;
            upstream.run((int) (120 * Math.max(1, seconds)));
            double done = upstream.run(600);
            assertTrue(done >= 0.93, "seed " + seed + ", " + seconds + " s: " + done);
            assertTrue(upstream.most <= 2 * 40, "seed " + seed + ": " + upstream);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void followsAnUpstreamThatShrinksOrGrows(long seed) {
        var upstream = new Upstream(50, seed);
        upstream.run(60);
        for (int places : new int[] {10, 100}) {
            upstream.places = places;
            upstream.run(120);
            double done = upstream.run(600);
            assertTrue(done >= 0.93, "seed " + seed + ": " + done);
            assertTrue(upstream.most <= 2 * places, "seed " + seed + ": " + upstream);
        }
    }

    @Test
    void whereFewCallsComeNothingMoves() {
        var upstream = new Upstream(50, 1);
        upstream.demand = 3;
        upstream.run(3_600);
        int before = upstream.limit.limit();
        assertEquals(before, upstream.most);
        upstream.demand = Integer.MAX_VALUE;
        upstream.run(60);
        assertTrue(upstream.run(60) >= 0.93, "" + upstream);
    }

    @Test
    void callsThatAreTurnedAwayShrinkItOnceInATime() {
        var now = new long[1];
        var limit = new GradientLimit(500, () -> now[0]);
        int before = limit.limit();
        for (int i = 0; i < 10; i++) {
            limit.ended(-1, Left.DROPPED, 8);
        }
        assertEquals((int) (before * 0.9), limit.limit());
        for (int i = 0; i < 100; i++) {
            now[0] += TimeUnit.SECONDS.toNanos(1);
            limit.ended(-1, Left.DROPPED, 8);
        }
        assertEquals(1, limit.limit());
    }

    @Test
    void comesBackWithinSecondsWhenCallsAreNoLongerTurnedAway() {
        var now = new long[1];
        var limit = new GradientLimit(128, () -> now[0]);
        answers(limit, now, 1_000);
        int before = limit.limit();
        assertTrue(before >= 100, "" + before);
        for (int i = 0; i < 300; i++) {
            now[0] += TimeUnit.MILLISECONDS.toNanos(100);
            limit.ended(
                    i % 2 == 0 ? -1 : FIRST_BYTE,
                    i % 2 == 0 ? Left.DROPPED : Left.WELL,
                    limit.limit());
        }
        assertTrue(limit.limit() >= before / 10, "half a minute: " + limit.limit());
        assertTrue(limit.limit() <= before / 5, "half a minute: " + limit.limit());
        answers(limit, now, 400);
        assertTrue(limit.limit() >= before / 2, "after 400 answers: " + limit.limit());
        answers(limit, now, 1_000);
        assertTrue(limit.limit() >= before, "after 1,400 answers: " + limit.limit());
    }

    /** As calls that our own limits keep away, while the upstream's time is not over. */
    @Test
    void callsThatSayNothingBringItBackFromNowhere() {
        var now = new long[1];
        var limit = new GradientLimit(128, () -> now[0]);
        answers(limit, now, 1_000);
        for (int i = 0; i < 100; i++) {
            now[0] += TimeUnit.SECONDS.toNanos(1);
            limit.ended(-1, Left.DROPPED, limit.limit());
        }
        int low = limit.limit();
        for (int i = 0; i < 1_000; i++) {
            limit.ended(-1, Left.SILENTLY, 1);
        }
        assertEquals(low, limit.limit());
    }

    @Test
    void theWayBackFromOneIsShort() {
        var now = new long[1];
        var limit = new GradientLimit(500, () -> now[0]);
        answers(limit, now, 1_000);
        for (int i = 0; i < 600; i++) {
            now[0] += TimeUnit.SECONDS.toNanos(1);
            limit.ended(-1, Left.DROPPED, limit.limit());
        }
        assertEquals(1, limit.limit(), "it says so for ten minutes");
        answers(limit, now, 1_000);
        assertTrue(limit.limit() >= 200, "after 1,000 answers: " + limit.limit());
    }

    /** Nothing waits there, so only what it turns away says how many it takes. */
    @ParameterizedTest
    @ValueSource(ints = {1, 5, 40})
    void findsWhatAnUpstreamTakesThatTurnsTheOthersAway(int places) {
        var now = new long[1];
        var limit = new GradientLimit(500, () -> now[0]);
        answers(limit, now, 1_000);
        int answered = 0;
        int turnedAway = 0;
        for (int second = 0; second < 3_600; second++) {
            now[0] += TimeUnit.SECONDS.toNanos(1);
            int calls = limit.limit();
            for (int i = 0; i < calls; i++) {
                limit.ended(
                        i < places ? FIRST_BYTE : -1,
                        i < places ? Left.WELL : Left.DROPPED,
                        calls - i);
            }
            if (second >= 600) {
                answered += Math.min(calls, places);
                turnedAway += Math.max(0, calls - places);
            }
        }
        assertTrue(answered >= 0.7 * 3_000 * places, "answered " + answered);
        assertTrue(turnedAway <= answered, "turned away " + turnedAway);
    }

    /** Of an upstream where nothing ever waits. */
    private static void answers(GradientLimit limit, long[] now, int count) {
        for (int i = 0; i < count; i++) {
            now[0] += FIRST_BYTE / limit.limit();
            limit.ended(FIRST_BYTE, Left.WELL, limit.limit());
        }
    }
}
