package dev.vivace.embedding;

import static dev.vivace.embedding.TestLine.REFUSED;
import static dev.vivace.embedding.TestLine.answer;
import static dev.vivace.embedding.TestLine.expected;
import static dev.vivace.embedding.TestLine.inputs;
import static dev.vivace.embedding.TestLine.reply;
import static dev.vivace.embedding.TestLine.vectors;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vivace.answer.Failure;
import dev.vivace.cache.CacheControl;
import dev.vivace.embedding.TestLine.Asked;
import dev.vivace.ledger.CacheStatus;
import dev.vivace.line.Flight;
import dev.vivace.request.RequestScanner;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What happens to calls one after another. */
final class EmbeddingLineTest {
    private final TestLine line = new TestLine(4, 1_000);

    @Test
    void aLoneCallGoesAtOnceAsItIs() throws Exception {
        Asked asked = line.ask("a", "b");
        Flight flight = line.next();
        assertEquals(List.of("a", "b"), inputs(flight));
        answer(flight);
        assertEquals(expected("a", "b"), vectors(asked.get()));
        assertTrue(line.waits.isEmpty(), "it waited for somebody");
    }

    @Test
    void whatComesMeanwhileIsOneBatchWithoutRepetition() throws Exception {
        Asked first = line.ask("first");
        Asked one = line.ask("x", "y");
        Asked two = line.ask("y", "z", "y");
        assertEquals(1, line.flights.size(), "the others wait for the call under way");
        answer(line.next());
        Flight batch = line.next();
        assertEquals(List.of("x", "y", "z"), inputs(batch));
        answer(batch);
        assertEquals(expected("x", "y"), vectors(one.get()));
        assertEquals(expected("y", "z", "y"), vectors(two.get()));
        assertEquals(expected("first"), vectors(first.get()));
        long billed = line.ledger.stream().mapToLong(entry -> entry.tokens().fresh()).sum();
        assertEquals(40, billed, "four texts at ten tokens each");
        assertEquals(20, line.ledger.stream().mapToLong(entry -> entry.tokens().saved()).sum());
    }

    @Test
    void aFullBatchLeavesAtOnceAndNeverMergesMore() {
        line.ask("first");
        line.ask("1", "2", "3");
        assertEquals(1, line.flights.size());
        line.ask("4");
        line.ask("5", "6");
        line.ask("7", "8", "9");
        line.ask("10");
        line.next();
        List<List<String>> sent = line.flights.stream().map(TestLine::inputs).toList();
        assertEquals(
                List.of(
                        List.of("1", "2", "3", "4"),
                        List.of("5", "6"),
                        List.of("7", "8", "9", "10")),
                sent,
                "full batches leave, and no call is split to fill one");
    }

    @Test
    void tokensAreBoundedToo() {
        var small = new TestLine(100, 50);
        String thirty = "w".repeat(120);
        small.ask("first");
        small.ask(thirty);
        small.ask(thirty + "2");
        small.ask("x");
        small.next();
        List<Integer> sizes = small.flights.stream().map(flight -> inputs(flight).size()).toList();
        assertEquals(List.of(1), sizes, "two of thirty tokens do not fit in fifty");
        answer(small.next());
        assertEquals(1, small.flights.size() + small.waits.size());
    }

    @Test
    void aCallLargerThanTheCapsGoesAloneAndWhole() throws Exception {
        var small = new TestLine(4, 50);
        Asked first = small.ask("first");
        Asked before = small.ask("before");
        String[] many = new String[20];
        Arrays.setAll(many, i -> "one of many " + i);
        byte[] body = TestLine.body(many);
        Asked large = small.ask(body, small.flights::add, CacheControl.NONE, new RequestScanner());
        Asked after = small.ask("after");
        answer(small.next());
        assertEquals(List.of("before"), inputs(small.flights.peek()));
        answer(small.next());
        Flight alone = small.next();
        assertArrayEquals(body, alone.request().body(), "its bytes, in one call");
        answer(alone);
        answer(small.next());
        assertEquals(expected(many), vectors(large.get()));
        for (Asked other : List.of(first, before, after)) {
            assertInstanceOf(EmbeddingOutcome.Vectors.class, other.get());
        }
        assertTrue(small.flights.isEmpty());
    }

    @Test
    void aLargeCallOfWhichSomeIsCachedIsNotSplitEither() throws Exception {
        var small = new TestLine(2, 1_000);
        small.ask("c");
        answer(small.next());
        Asked large = small.ask("a", "b", "c", "d", "e");
        assertEquals(List.of("a", "b", "d", "e"), inputs(small.flights.peek()));
        answer(small.next());
        assertEquals(expected("a", "b", "c", "d", "e"), vectors(large.get()));
    }

    @Test
    void theDeadlineCountsFromTheOldest() {
        line.ask("first");
        line.ask("second");
        assertEquals(1, line.waits.size());
        line.ask("third");
        assertEquals(1, line.waits.size(), "a later input must not put off the first");
        assertTrue(line.waits.getFirst().compareTo(Duration.ofHours(1)) <= 0);
    }

    @Test
    void oneBadInputFailsOnlyItsCaller() throws Exception {
        var wide = new TestLine(100, 10_000);
        wide.ask("first");
        var good = new ArrayList<Asked>();
        for (int i = 0; i < 7; i++) {
            good.add(wide.ask("good " + i));
        }
        Asked bad = wide.ask(REFUSED);
        for (Flight flight = wide.flights.poll(); flight != null; flight = wide.flights.poll()) {
            answer(flight);
        }
        for (int i = 0; i < 7; i++) {
            assertEquals(expected("good " + i), vectors(good.get(i).get()));
        }
        assertEquals(
                400, assertInstanceOf(EmbeddingOutcome.Refusal.class, bad.get()).head().status());
    }

    @Test
    void whoJoinedARefusedCallersGoodInputIsNotRefused() throws Exception {
        Asked bad = line.ask("hello", REFUSED);
        Flight refused = line.next();
        Asked good = line.ask("hello");
        assertTrue(line.flights.isEmpty(), "it joined");
        answer(refused);
        assertInstanceOf(EmbeddingOutcome.Refusal.class, bad.get());
        Flight again = line.next();
        assertEquals(List.of("hello"), inputs(again));
        answer(again);
        var vectors = assertInstanceOf(EmbeddingOutcome.Vectors.class, good.get());
        assertEquals(expected("hello"), vectors(vectors));
        assertEquals(CacheStatus.MISS, vectors.cache(), "it paid for itself");
        assertEquals(10, vectors.tokens().fresh());
    }

    @Test
    void fewerVectorsThanInputsAreNobodys() throws Exception {
        Asked asked = line.ask("a", "b");
        reply(
                line.next(),
                200,
                "{\"data\":[{\"index\":0,\"embedding\":[1]}],\"usage\":{\"prompt_tokens\":1}}");
        assertInstanceOf(EmbeddingOutcome.Failed.class, asked.get());
        Asked again = line.ask("a");
        answer(line.next());
        assertEquals(expected("a"), vectors(again.get()));
    }

    @Test
    void aFailureReachesAllAndIsNotKept() throws Exception {
        line.ask("first");
        Asked one = line.ask("x");
        Asked two = line.ask("x");
        answer(line.next());
        line.next().log().fail(new Failure(Failure.Kind.BROKEN, "gone"));
        assertInstanceOf(EmbeddingOutcome.Failed.class, one.get());
        assertInstanceOf(EmbeddingOutcome.Failed.class, two.get());
        Asked three = line.ask("x");
        answer(line.next());
        assertEquals(expected("x"), vectors(three.get()));
    }

    @Test
    void aTextIsAskedOnce() throws Exception {
        Asked one = line.ask("x");
        answer(line.next());
        one.get();
        var two = assertInstanceOf(EmbeddingOutcome.Vectors.class, line.ask("x").get());
        assertEquals(CacheStatus.HIT, two.cache());
        assertTrue(line.flights.isEmpty());
        assertEquals(0, two.tokens().fresh());
        assertEquals(10, two.tokens().saved());
    }

    @Test
    void noStoreSharesNothing() throws Exception {
        CacheControl never = CacheControl.NONE.header("cache-control", "no-store");
        Asked one = line.ask(never, "x", "x");
        Asked two = line.ask(never, "x");
        assertEquals(2, line.flights.size());
        assertEquals(List.of("x", "x"), inputs(line.flights.peek()));
        answer(line.next());
        answer(line.next());
        assertEquals(CacheStatus.BYPASS, ((EmbeddingOutcome.Vectors) one.get()).cache());
        assertEquals(expected("x"), vectors(two.get()));
        assertEquals(0, line.cache.statistics().entries());
    }

    @Test
    void theLastToLeaveCancels() {
        Asked one = line.ask("x");
        Asked two = line.ask("x");
        Flight flight = line.next();
        one.leave().run();
        assertTrue(!flight.log().abandoned(), "one still waits");
        two.leave().run();
        assertTrue(flight.log().abandoned());
        assertTrue(one.waits() && two.waits(), "who left gets nothing");
    }

    @Test
    void whoLeavesBeforeTheBatchDepartsIsNotPaidFor() {
        line.ask("first");
        line.ask("gone").leave().run();
        line.ask("stays");
        answer(line.next());
        assertEquals(List.of("stays"), inputs(line.next()));
        assertTrue(line.flights.isEmpty());
    }

    @Test
    void whatIsInvalidatedInFlightIsNotStored() throws Exception {
        var first = line.ask("a");
        line.cache.invalidate(answer -> answer.question().equals("a"));
        answer(line.next());
        first.get();
        assertEquals(0, line.cache.statistics().entries());
        line.ask("a");
        answer(line.next());
        assertEquals(1, line.cache.statistics().entries());
    }
}
