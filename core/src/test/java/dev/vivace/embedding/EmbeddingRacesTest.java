package dev.vivace.embedding;

import static dev.vivace.embedding.TestLine.REFUSED;
import static dev.vivace.embedding.TestLine.answer;
import static dev.vivace.embedding.TestLine.expected;
import static dev.vivace.embedding.TestLine.vectors;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vivace.cache.CacheControl;
import dev.vivace.embedding.TestLine.Asked;
import dev.vivace.line.Flight;
import dev.vivace.request.RequestScanner;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Calls on several event loops at once, whose clients come and go. */
@Timeout(60)
final class EmbeddingRacesTest {
    private static final int LOOPS = 4;
    private static final int TURNS = 10_000;

    /**
     * Every turn of a loop asks, leaves, or answers what went upstream, on few texts, so that most
     * calls join something that is just about to end.
     */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 20_261_121})
    void everybodyWhoStaysGetsTheirOwn(long seed) throws Exception {
        var line = new TestLine(6, 10_000);
        var upstream = new ConcurrentLinkedQueue<Flight>();
        var stayed = new ConcurrentLinkedQueue<Stayed>();
        var left = new ConcurrentLinkedQueue<Asked>();
        var errors = Collections.synchronizedList(new ArrayList<Throwable>());
        var done = new CountDownLatch(LOOPS);
        var moments = new AtomicInteger();
        for (int loop = 0; loop < LOOPS; loop++) {
            var random = new Random(seed * 31 + loop);
            Thread.ofPlatform()
                    .start(() -> {
                        try {
                            turns(line, upstream, stayed, left, moments, random);
                        } catch (Throwable e) {
                            errors.add(e);
                        } finally {
                            done.countDown();
                        }
                    });
        }
        assertTrue(done.await(40, TimeUnit.SECONDS), "the loops do not end; seed " + seed);
        drain(upstream);
        for (Stayed each : stayed) {
            try {
                each.check();
            } catch (Throwable e) {
                errors.add(e);
            }
        }
        assertEquals(List.of(), errors, "seed " + seed);
        line.ledger.stream()
                .collect(Collectors.groupingBy(entry -> entry.id(), Collectors.counting()))
                .forEach((id, entries) -> assertEquals(1, entries, id + "; seed " + seed));
        assertEquals(stayed.size() + left.size(), line.ledger.size(), "seed " + seed);
    }

    private record Stayed(Asked asked, String[] texts) {
        void check() {
            assertTrue(!asked.waits(), () -> asked.id() + " has no outcome");
            switch (asked.outcome().getNow(null)) {
                case EmbeddingOutcome.Vectors vectors ->
                        assertEquals(expected(texts), vectors(vectors));
                case EmbeddingOutcome.Refusal refusal ->
                        assertTrue(
                                Arrays.stream(texts).anyMatch(text -> text.contains(REFUSED)),
                                () -> asked.id() + " was refused for another's input");
                default ->
                        throw new AssertionError(
                                asked.id() + " failed: " + asked.outcome().getNow(null));
            }
        }
    }

    private static void turns(
            TestLine line,
            ConcurrentLinkedQueue<Flight> upstream,
            ConcurrentLinkedQueue<Stayed> stayed,
            ConcurrentLinkedQueue<Asked> left,
            AtomicInteger moments,
            Random random) {
        var scanner = new RequestScanner();
        var mine = new ArrayList<Asked>();
        for (int turn = 0; turn < TURNS; turn++) {
            int what = random.nextInt(10);
            if (what < 5) {
                String[] texts = texts(random, moments.incrementAndGet() / 8);
                Asked asked =
                        line.ask(TestLine.body(texts), upstream::add, control(random), scanner);
                if (random.nextBoolean()) {
                    mine.add(asked);
                } else {
                    stayed.add(new Stayed(asked, texts));
                }
            } else if (what < 9) {
                if (!mine.isEmpty()) {
                    leave(mine.removeFirst(), left);
                }
            } else {
                drain(upstream);
            }
        }
        mine.forEach(asked -> leave(asked, left));
    }

    /** Texts of the moment: what is cached cannot be joined. */
    private static String[] texts(Random random, int moment) {
        String[] texts = new String[1 + random.nextInt(2)];
        for (int i = 0; i < texts.length; i++) {
            texts[i] = "text " + moment + " " + random.nextInt(2);
            if (random.nextInt(40) == 0) {
                texts[i] += REFUSED;
            }
        }
        return texts;
    }

    private static CacheControl control(Random random) {
        return switch (random.nextInt(12)) {
            case 0 -> CacheControl.NONE.header("cache-control", "no-store");
            case 1, 2, 3 -> CacheControl.NONE.header("cache-control", "no-cache");
            default -> CacheControl.NONE;
        };
    }

    private static void leave(Asked asked, ConcurrentLinkedQueue<Asked> left) {
        asked.leave().run();
        left.add(asked);
    }

    private static void answerUnlessAbandoned(Flight flight) {
        if (!flight.log().abandoned()) {
            answer(flight);
        }
    }

    /** Answers all that is under way and all that follows from it. */
    private static void drain(ConcurrentLinkedQueue<Flight> upstream) {
        for (Flight flight = upstream.poll(); flight != null; flight = upstream.poll()) {
            answerUnlessAbandoned(flight);
        }
    }

    /**
     * The last to wait leaves at the moment in which another joins: whoever is first, the other
     * gets a vector.
     */
    @Test
    void whoJoinsWhatIsJustBeingCancelledAsksAgain() throws Exception {
        var line = new TestLine(4, 1_000);
        var upstream = new ConcurrentLinkedQueue<Flight>();
        try (ExecutorService other = Executors.newSingleThreadExecutor()) {
            for (int i = 0; i < 3_000; i++) {
                String text = "text " + i;
                Asked leaves = line.ask(upstream::add, CacheControl.NONE, text);
                var start = new CountDownLatch(2);
                var leaving =
                        other.submit(() -> {
                            start.countDown();
                            start.await();
                            leaves.leave().run();
                            return true;
                        });
                start.countDown();
                start.await();
                Asked joins = line.ask(upstream::add, CacheControl.NONE, text);
                leaving.get();
                drain(upstream);
                assertEquals(expected(text), vectors(joins.get()), "round " + i);
            }
        }
    }

    /**
     * Two batches start one after the other, and the start of one makes the other's caller leave.
     */
    @Test
    void whatIsCancelledBeforeItDepartsDoesNotDepart() throws Exception {
        var line = new TestLine(4, 1_000);
        var flights = new ArrayList<Flight>();
        var second = new ArrayList<Asked>();
        line.ask("first");
        line.ask(
                flight -> {
                    flights.add(flight);
                    if (flights.size() == 2) {
                        second.getFirst().leave().run();
                    }
                },
                CacheControl.NONE,
                "stays");
        second.add(line.ask("leaves"));
        answer(line.next());
        TestLine.reply(flights.getFirst(), 400, "{}");
        assertEquals(2, flights.size(), "both are asked again, each by itself");
        assertTrue(line.flights.isEmpty(), "nobody waits for the second");
        Asked again = line.ask("leaves");
        answer(flights.getLast());
        answer(line.next());
        assertEquals(expected("leaves"), vectors(again.get()));
    }

    @Test
    void manyAtOnceBuyEachTextOnce() throws Exception {
        long seed = 20_261_121;
        var busy = new TestLine(16, 10_000);
        int callers = 400;
        var errors = Collections.synchronizedList(new ArrayList<Throwable>());
        var done = new CountDownLatch(callers);
        for (int i = 0; i < callers; i++) {
            var random = new Random(seed + i);
            Thread.ofVirtual()
                    .start(() -> {
                        try {
                            String[] texts = new String[1 + random.nextInt(5)];
                            Arrays.setAll(texts, k -> "text " + random.nextInt(200));
                            Asked asked =
                                    busy.ask(
                                            flight ->
                                                    Thread.ofVirtual().start(() -> answer(flight)),
                                            CacheControl.NONE,
                                            texts);
                            assertEquals(expected(texts), vectors(asked.get()));
                        } catch (Throwable e) {
                            errors.add(e);
                        } finally {
                            done.countDown();
                        }
                    });
        }
        assertTrue(done.await(30, TimeUnit.SECONDS), "somebody waits for ever; seed " + seed);
        assertEquals(List.of(), errors, "seed " + seed);
        long bought = busy.ledger.stream().mapToLong(entry -> entry.tokens().fresh()).sum();
        assertEquals(
                10 * busy.cache.statistics().entries(),
                bought,
                "each text is bought once; seed " + seed);
    }
}
