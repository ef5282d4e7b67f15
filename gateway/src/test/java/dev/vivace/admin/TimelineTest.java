package dev.vivace.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vivace.ledger.LedgerEntry;
import dev.vivace.ledger.Money;
import dev.vivace.ledger.StageNote;
import dev.vivace.ledger.Times;
import java.io.ByteArrayOutputStream;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class TimelineTest {
    private static final long NOON = Instant.parse("2026-11-21T12:00:00Z").toEpochMilli();

    private long now = NOON;
    private final Timeline timeline = new Timeline(new TestClock(() -> now));

    @Test
    void aCallCountsWhenItEnded() {
        LedgerEntry slow = timed(NOON - 60_000, 60_000_000, 10); // began a minute ago, ended now
        timeline.on(slow);
        JsonNode bucket = read(0, 1).path("buckets").path(0);
        assertEquals(NOON, bucket.path("at").asLong());
        assertEquals(1, bucket.path("requests").asLong());
    }

    @Test
    void sumsPerBucketAndOverAll() {
        timeline.on(Traffic.miss("a", NOON - 7_000, "m"));
        timeline.on(Traffic.hit("b", NOON - 7_000, "m"));
        timeline.on(Traffic.hit("c", NOON - 100, "m"));
        timeline.on(failed(429));
        timeline.on(failed(499));
        JsonNode stats = read(0, 1);
        assertEquals(2, stats.path("buckets").size());
        JsonNode first = stats.path("buckets").path(0);
        assertEquals(NOON - 10_000, first.path("at").asLong());
        assertEquals(2, first.path("requests").asLong());
        assertEquals(1, first.path("cache").path("HIT").asLong());
        assertEquals(0.25, first.path("cost_usd").asDouble());
        JsonNode totals = stats.path("totals");
        assertEquals(5, totals.path("requests").asLong());
        assertEquals(1, totals.path("errors").asLong(), "a client that left is no error");
        assertEquals(2, totals.path("cache").path("HIT").asLong());
        assertEquals(60, totals.path("tokens").path("saved").asLong());
        assertEquals(0.5, totals.path("saved_usd").asDouble());
        assertEquals(5, stats.path("last_minute").asLong());
    }

    @Test
    void givesOnlyWhatChangedSince() {
        timeline.on(Traffic.miss("a", NOON - 20_000, "m"));
        timeline.on(Traffic.miss("b", NOON - 2, "m"));
        assertEquals(2, read(0, 1).path("buckets").size());
        now += 1_000;
        long last = read(0, 1).path("now").asLong();
        now += 1_000;
        assertEquals(0, read(last, 1).path("buckets").size());
        timeline.on(Traffic.miss("late", NOON - 20_000, "m"));
        JsonNode changed = read(last, 1).path("buckets");
        assertEquals(1, changed.size());
        assertEquals(2, changed.path(0).path("requests").asLong());
        assertEquals(3, read(last, 1).path("totals").path("requests").asLong());
    }

    @Test
    void bucketsCanBeJoined() {
        for (int i = 0; i < 600; i++) {
            timeline.on(timed(NOON - i * 1_000L, 0, i));
        }
        JsonNode stats = read(0, 12);
        assertEquals(60_000, stats.path("step_ms").asLong());
        assertEquals(11, stats.path("buckets").size());
        long sum = 0;
        for (JsonNode bucket : stats.path("buckets")) {
            assertEquals(0, bucket.path("at").asLong() % 60_000);
            sum += bucket.path("requests").asLong();
        }
        assertEquals(600, sum);
        assertEquals(60, stats.path("buckets").path(3).path("requests").asLong());
        assertEquals(61, stats.path("last_minute").asLong(), 5);
    }

    @Test
    void percentilesAreNearTheExactOnes() {
        var random = new Random(17);
        long[] totals = new long[5_000];
        long[] overheads = new long[totals.length];
        for (int i = 0; i < totals.length; i++) {
            totals[i] = (long) Math.exp(random.nextGaussian() * 2 + 10);
            overheads[i] = (long) Math.exp(random.nextGaussian() + 4);
            timeline.on(timed(NOON - random.nextInt(3_000_000), totals[i], overheads[i]));
        }
        JsonNode whole = read(0, 1).path("totals");
        Arrays.sort(totals);
        Arrays.sort(overheads);
        for (int p : new int[] {50, 95, 99}) {
            near(totals, p, whole.path("total_us").path("p" + p).asLong());
            near(overheads, p, whole.path("overhead_us").path("p" + p).asLong());
        }
    }

    /** The exact one by nearest rank, or up to 1/16 more. */
    private static void near(long[] sorted, int percentile, long said) {
        long exact = sorted[(int) Math.ceil(percentile / 100.0 * sorted.length) - 1];
        assertTrue(
                said >= exact && said <= exact * 17 / 16 + 1,
                "p%d is %d, said %d, seed 17".formatted(percentile, exact, said));
    }

    @Test
    void anHourAndNotMore() {
        var random = new Random(23);
        for (int second = 0; second < 3 * 3_600; second++) {
            now = NOON + second * 1_000L;
            timeline.on(timed(now, 0, random.nextInt(9_999)));
        }
        JsonNode stats = read(0, 1);
        assertEquals(Timeline.BUCKETS, stats.path("buckets").size());
        assertEquals(3_600, stats.path("totals").path("requests").asLong(), 5);
        assertTrue(Timeline.BUCKETS * (long) new Bucket().bytes() < 5_000_000);
        now += 3_600_000;
        assertEquals(0, read(0, 1).path("totals").path("requests").asLong());
    }

    @Test
    void clocksThatJumpSpoilNothing() {
        timeline.on(timed(NOON + 900_000, 0, 1)); // from the future: counts now
        timeline.on(timed(NOON - 3_700_000, 0, 1)); // too old: in no bucket
        timeline.on(timed(0, Long.MAX_VALUE / 4, -5));
        assertEquals(2, read(0, 1).path("totals").path("requests").asLong());
        now -= 1_800_000; // set back by half an hour
        timeline.on(timed(now, 0, 1));
        assertEquals(1, read(0, 1).path("totals").path("requests").asLong());
        now += 1_800_000;
        assertEquals(3, read(0, 1).path("totals").path("requests").asLong());
    }

    private static LedgerEntry timed(long at, long totalMicros, long overheadMicros) {
        LedgerEntry e = Traffic.miss("a", at, "m");
        return new LedgerEntry(
                "a",
                at,
                "t",
                "",
                "chat",
                "m",
                e.cache(),
                200,
                e.tokens(),
                Money.NONE,
                new Times(overheadMicros, 0, 0, totalMicros),
                false,
                1,
                List.of(),
                "");
    }

    private static LedgerEntry failed(int status) {
        return Traffic.with(
                Traffic.miss("f", NOON - 3_000, "m"),
                "chat",
                status,
                List.of(new StageNote("deliver", "error")),
                "no");
    }

    private JsonNode read(long since, int step) {
        var out = new ByteArrayOutputStream();
        try (var to = new JsonFactory().createGenerator(ObjectWriteContext.empty(), out)) {
            timeline.write(to, since, step, 3, 4);
        }
        return new JsonMapper().readTree(out.toByteArray());
    }
}
