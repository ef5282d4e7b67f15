package dev.vivace.embedding;

import static dev.vivace.embedding.TestLine.REFUSED;
import static dev.vivace.embedding.TestLine.answer;
import static dev.vivace.embedding.TestLine.expected;
import static dev.vivace.embedding.TestLine.inputs;
import static dev.vivace.embedding.TestLine.reply;
import static dev.vivace.embedding.TestLine.vectors;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vivace.answer.Failure;
import dev.vivace.answer.Head;
import dev.vivace.answer.Header;
import dev.vivace.cache.CacheControl;
import dev.vivace.cache.Invalidation;
import dev.vivace.embedding.TestLine.Asked;
import dev.vivace.ledger.CacheStatus;
import dev.vivace.ledger.LedgerEntry;
import dev.vivace.ledger.Price;
import dev.vivace.line.Flight;
import dev.vivace.request.RequestScanner;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How embedding calls end: who pays, who is told what, and what is stored. */
@Timeout(30)
final class EmbeddingEndingsTest {
    private static final Header[] OF_THE_UPSTREAM_CALL = {
        new Header("retry-after", "7"),
        new Header("set-cookie", "a=1"),
        new Header("x-request-id", "r-1"),
        new Header("x-ratelimit-remaining-requests", "0")
    };

    private final TestLine line = new TestLine(4, 1_000);

    // Who pays.

    @Test
    void whoLeavesPaysForWhatOthersGet() throws Exception {
        Asked leaves = line.ask("x");
        Asked joins = line.ask("x");
        leaves.leave().run();
        assertFalse(line.settled(leaves), "what it costs is not known yet");
        answer(line.next());
        assertEquals(expected("x"), vectors(joins.get()));
        LedgerEntry left = line.entry(leaves);
        assertEquals(499, left.status());
        assertEquals(10, left.tokens().fresh());
        assertTrue(left.costUsd() > 0);
        assertEquals(0, left.tokens().saved());
        LedgerEntry got = line.entry(joins);
        assertEquals(CacheStatus.JOINED, got.cache());
        assertEquals(0, got.tokens().fresh());
        assertEquals(10, got.tokens().saved());
    }

    @Test
    void whoLeavesAloneHasProbablyPaid() {
        Asked leaves = line.ask("some text");
        Flight flight = line.next();
        leaves.leave().run();
        assertTrue(flight.log().abandoned());
        LedgerEntry left = line.entry(leaves);
        assertTrue(left.tokens().estimated());
        assertEquals(1 + "'some text'".length() / 4, left.tokens().fresh());
        assertTrue(left.costUsd() > 0);
        assertEquals(1, left.attempts());
    }

    @Test
    void whatNeverDepartedCostsNothing() {
        line.ask("first");
        Asked leaves = line.ask("x");
        leaves.leave().run();
        LedgerEntry left = line.entry(leaves);
        assertEquals(499, left.status());
        assertEquals(0, left.tokens().fresh());
        assertEquals(0, left.attempts());
    }

    @Test
    void whoJoinedWhatHadNotDepartedInheritsIt() throws Exception {
        line.ask("first");
        Asked leaves = line.ask("x", "y");
        Asked heir = line.ask("y");
        Asked third = line.ask("y");
        leaves.leave().run();
        assertEquals(0, line.entry(leaves).tokens().fresh());
        answer(line.next());
        Flight flight = line.next();
        assertEquals(List.of("y"), inputs(flight));
        answer(flight);
        assertEquals(expected("y"), vectors(heir.get()));
        assertEquals(expected("y"), vectors(third.get()));
        assertEquals(10, line.entry(heir).tokens().fresh());
        assertEquals(CacheStatus.MISS, line.entry(heir).cache());
        assertEquals(CacheStatus.JOINED, line.entry(third).cache());
    }

    @Test
    void whatIsInheritedDoesNotWaitAnew() {
        line.ask("first");
        Asked leaves = line.ask("x");
        line.ask("x");
        line.ask("y");
        leaves.leave().run();
        answer(line.next());
        assertEquals(List.of("x", "y"), inputs(line.next()));
    }

    @Test
    void anAnswerThatIsOfNoUseIsPaidFor() throws Exception {
        Asked asked = line.ask("x");
        reply(line.next(), 200, "{\"data\":[]}");
        assertEquals(502, failed(asked).status());
        assertTrue(line.entry(asked).tokens().fresh() > 0);
        Asked refused = line.ask("x");
        reply(line.next(), 500, "{}");
        assertInstanceOf(EmbeddingOutcome.Refusal.class, refused.get());
        assertEquals(0, line.entry(refused).tokens().fresh());
    }

    // Who gets what.

    @Test
    void whatIsInheritedDoesNotChangeTheOrder() throws Exception {
        Asked bad = line.ask("x", REFUSED);
        Asked good = line.ask("a", "x");
        answer(line.next());
        assertInstanceOf(EmbeddingOutcome.Refusal.class, bad.get());
        Flight flight = line.next();
        assertEquals(List.of("x", "a"), inputs(flight), "what it inherited has waited longer");
        answer(flight);
        assertEquals(expected("a", "x"), vectors(good.get()));
        assertEquals(expected("a"), vectors(line.ask("a").get()), "as it was stored");
    }

    @Test
    void headersOfARefusalAreItsOwners() throws Exception {
        Asked owner = line.ask("x");
        Asked joins = line.ask("x");
        reply(line.next(), 429, "{\"error\":1}", OF_THE_UPSTREAM_CALL);
        EmbeddingOutcome.Refusal owned = refused(owner);
        assertEquals(5, owned.head().headers().size());
        assertEquals(CacheStatus.MISS, owned.cache());
        EmbeddingOutcome.Refusal joined = refused(joins);
        assertEquals(
                new Head(429, List.of(new Header("content-type", "application/json"))),
                joined.head());
        assertEquals("{\"error\":1}", new String(joined.body(), StandardCharsets.UTF_8));
        assertEquals(CacheStatus.JOINED, joined.cache());
        assertEquals(CacheStatus.JOINED, line.entry(joins).cache());
    }

    @Test
    void headersOfAMergedCallAreOfHerInWhoseNameItWent() throws Exception {
        line.ask("first");
        Asked leader = line.ask("a");
        Asked other = line.ask("b");
        answer(line.next());
        reply(line.next(), 429, "{}", OF_THE_UPSTREAM_CALL);
        assertEquals(5, refused(leader).head().headers().size());
        assertEquals(1, refused(other).head().headers().size());
    }

    @Test
    void aRefusedInputIsRefusedToAllWhoSentIt() throws Exception {
        Asked owner = line.ask(REFUSED);
        Asked joins = line.ask(REFUSED);
        answer(line.next());
        assertEquals(400, refused(owner).head().status());
        assertEquals(400, refused(joins).head().status());
        assertTrue(line.flights.isEmpty(), "the same question has the same answer");
    }

    @Test
    void failuresSayWhatHappened() throws Exception {
        Asked missed = line.ask("x");
        Asked joined = line.ask("x");
        line.next().log().fail(new Failure(Failure.Kind.TIMEOUT, "late"));
        Asked bypassed = line.ask(never(), "x");
        line.next().log().fail(new Failure(Failure.Kind.BROKEN, "gone"));
        assertEquals(CacheStatus.MISS, failed(missed).cache());
        assertEquals(CacheStatus.JOINED, failed(joined).cache());
        assertEquals(504, failed(joined).status());
        assertEquals(CacheStatus.BYPASS, failed(bypassed).cache());
        assertEquals(502, failed(bypassed).status());
    }

    // What an answer may be.

    @Test
    void anAnswerBeyondAllBoundsIsCutShort() throws Exception {
        Asked asked = line.ask("x");
        Flight flight = line.next();
        flight.log().head(new Head(200, List.of()));
        byte[] piece = new byte[64 << 10];
        int pieces = 0;
        while (!flight.log().abandoned()) {
            assertTrue(++pieces < 100, "nobody stops it");
            flight.log().append(piece);
        }
        EmbeddingOutcome.Failed failed = failed(asked);
        assertEquals(502, failed.status());
        assertTrue(failed.message().contains("larger than"), failed.message());
        assertEquals(502, line.entry(asked).status());
        Asked again = line.ask("x");
        answer(line.next());
        assertEquals(expected("x"), vectors(again.get()));
    }

    @Test
    void norMayItUnpackToMore() throws Exception {
        Asked asked = line.ask("x");
        Flight flight = line.next();
        flight.log().head(new Head(200, List.of(new Header("content-encoding", "gzip"))));
        flight.log().append(zipped(new byte[4 << 20]));
        flight.log().complete();
        assertTrue(failed(asked).message().contains("unpack"), failed(asked).message());
    }

    @Test
    void theBoundFollowsFromWhatIsAsked() throws Exception {
        String large = "[" + "0.0123456789012345678,".repeat(8_191) + "1]";
        Asked asked = line.ask("x", "y", "z");
        reply(
                line.next(),
                200,
                "{\"data\":[%s]}"
                        .formatted(
                                String.join(
                                        ",", List.of(of(0, large), of(1, large), of(2, large)))));
        assertInstanceOf(EmbeddingOutcome.Vectors.class, asked.get());
    }

    private static String of(int index, String vector) {
        return "{\"index\":" + index + ",\"embedding\":" + vector + "}";
    }

    private static byte[] zipped(byte[] bytes) throws IOException {
        var out = new ByteArrayOutputStream();
        try (var zip = new GZIPOutputStream(out)) {
            zip.write(bytes);
        }
        return out.toByteArray();
    }

    // What is stored.

    @Test
    void patternsMatchTheTextAndNotItsNotation() {
        ask("{\"model\":\"e\",\"input\":\"she said \\\"hi\\\" in the caf\\u00e9\"}");
        assertEquals(0, forget("she said hi*"));
        assertEquals(1, forget("she said \"hi\" in the caf\u00e9"));
        ask("{\"model\":\"e\",\"input\":[\"" + "\\u00e9".repeat(2_000) + "\",\"last\"]}");
        assertEquals(1, forget("\u00e9*\u00e9"), "its beginning, where it is long");
        assertEquals(1, forget("last"));
        ask("{\"model\":\"e\",\"input\":[[1, 2],[3, 4]]}");
        assertEquals(1, forget("[1, 2]"));
    }

    @Test
    void whatTheBodySaysOfCachingHolds() {
        ask("{\"model\":\"e\",\"input\":\"x\",\"cache\":{\"namespace\":\"mine\"}}");
        var scope =
                new Invalidation(
                        Optional.of("mine"),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        false);
        assertEquals(1, line.cache.invalidate(scope));
    }

    @Test
    void nobodyJoinsWhatWasForgottenOnItsWay() throws Exception {
        Asked departed = line.ask("x", "other");
        Asked queued = line.ask("y");
        line.line.forget(pattern("?"));
        Asked again = line.ask("x");
        Asked joins = line.ask("other");
        answer(line.next());
        assertEquals(expected("x", "other"), vectors(departed.get()));
        assertEquals(expected("other"), vectors(joins.get()));
        assertTrue(again.waits(), "joined what was forgotten");
        Flight flight = line.next();
        assertEquals(List.of("y", "x"), inputs(flight));
        answer(flight);
        assertEquals(expected("y"), vectors(queued.get()));
        assertEquals(expected("x"), vectors(again.get()));
        assertEquals(0, forget("y"), "stored what was forgotten");
        assertEquals(1, forget("x"), "what was asked for later is stored");
    }

    private void ask(String body) {
        line.ask(
                body.getBytes(StandardCharsets.UTF_8),
                line.flights::add,
                CacheControl.NONE,
                new RequestScanner());
        Flight flight = line.next();
        int vectors =
                Math.max(1, TestLine.JSON.readTree(flight.request().body()).get("input").size());
        reply(
                flight,
                200,
                "{\"data\":[" + of(0, "[1]") + (vectors == 2 ? "," + of(1, "[2]") : "") + "]}");
    }

    private long forget(String pattern) {
        return line.cache.invalidate(pattern(pattern));
    }

    private static Invalidation pattern(String pattern) {
        return new Invalidation(
                Optional.empty(), Optional.empty(), Optional.empty(), Optional.of(pattern), false);
    }

    // What must not happen.

    @Test
    void aDeliveryThatThrowsIsAnErrorForAllOfItsBatch() throws Exception {
        line.ask("first");
        Asked one =
                line.ask(
                        flight -> {
                            throw new IllegalStateException("no such upstream");
                        },
                        CacheControl.NONE,
                        "a");
        Asked two = line.ask("b");
        answer(line.next());
        for (Asked each : List.of(one, two)) {
            assertEquals(500, failed(each).status());
            assertFalse(failed(each).message().contains("no such upstream"));
            assertEquals(500, line.entry(each).status());
        }
        Asked again = line.ask("b");
        answer(line.next());
        assertEquals(expected("b"), vectors(again.get()));
    }

    @Test
    void anAnswerThatCannotBeSettledIsAnErrorForAllOfItsBatch() throws Exception {
        var calls = new AtomicInteger();
        var brittle =
                new TestLine(
                        4,
                        1_000,
                        model -> {
                            if (calls.getAndIncrement() == 0) {
                                throw new IllegalStateException("no price");
                            }
                            return Optional.empty();
                        },
                        entry -> {});
        Asked one = brittle.ask("x");
        Asked two = brittle.ask("x");
        answer(brittle.next());
        for (Asked each : List.of(one, two)) {
            assertEquals(500, failed(each).status());
            assertEquals(500, brittle.entry(each).status());
        }
        Asked again = brittle.ask("x");
        answer(brittle.next());
        assertEquals(expected("x"), vectors(again.get()));
    }

    @Test
    void aLedgerThatThrowsCostsNobodyTheAnswer() throws Exception {
        var brittle =
                new TestLine(
                        4,
                        1_000,
                        model -> Optional.of(new Price(1, 1, 1)),
                        entry -> {
                            throw new IllegalStateException("full");
                        });
        Asked one = brittle.ask("x");
        Asked two = brittle.ask("x");
        answer(brittle.next());
        assertEquals(expected("x"), vectors(one.get()));
        assertEquals(expected("x"), vectors(two.get()));
    }

    /** Megabytes may have to be read, and everybody else's calls must not stand still meanwhile. */
    @Test
    void othersGoOnWhileAnAnswerIsRead() throws Exception {
        var reading = new CountDownLatch(1);
        var go = new CountDownLatch(1);
        var slow =
                new TestLine(
                        4,
                        1_000,
                        model -> {
                            reading.countDown();
                            await(go);
                            return Optional.empty();
                        },
                        entry -> {});
        Asked first = slow.ask("x");
        Flight flight = slow.next();
        Thread landing = Thread.ofPlatform().start(() -> answer(flight));
        assertTrue(reading.await(10, TimeUnit.SECONDS));
        var asked = new CountDownLatch(1);
        Thread other =
                Thread.ofPlatform()
                        .start(() -> {
                            slow.ask(never(), "y");
                            asked.countDown();
                        });
        boolean went = asked.await(10, TimeUnit.SECONDS);
        go.countDown();
        landing.join();
        other.join();
        assertTrue(went, "an answer is read under the monitor");
        assertEquals(expected("x"), vectors(first.get()));
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static CacheControl never() {
        return CacheControl.NONE.header("cache-control", "no-store");
    }

    private static EmbeddingOutcome.Refusal refused(Asked asked) throws Exception {
        return assertInstanceOf(EmbeddingOutcome.Refusal.class, asked.get());
    }

    private static EmbeddingOutcome.Failed failed(Asked asked) throws Exception {
        return assertInstanceOf(EmbeddingOutcome.Failed.class, asked.get());
    }
}
