package dev.vivace.embedding;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vivace.answer.Failure;
import dev.vivace.answer.Head;
import dev.vivace.answer.Header;
import dev.vivace.cache.CacheControl;
import dev.vivace.cache.CacheMode;
import dev.vivace.cache.CacheStore;
import dev.vivace.cache.ExactCache;
import dev.vivace.json.MeaningDigest;
import dev.vivace.ledger.CacheStatus;
import dev.vivace.ledger.LedgerEntry;
import dev.vivace.ledger.Price;
import dev.vivace.line.Call;
import dev.vivace.line.Delivery;
import dev.vivace.line.Flight;
import dev.vivace.line.Models;
import dev.vivace.request.RequestScanner;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class EmbeddingLineTest {
    private static final JsonMapper JSON = new JsonMapper();
    private static final String REFUSED = "REFUSE";

    /** What goes upstream waits here until the test answers it. */
    private final ConcurrentLinkedQueue<Flight> flights = new ConcurrentLinkedQueue<>();

    /** What the line asked to be woken for. */
    private final List<Runnable> timers = Collections.synchronizedList(new ArrayList<>());

    private final List<Duration> waits = Collections.synchronizedList(new ArrayList<>());
    private final List<LedgerEntry> ledger = Collections.synchronizedList(new ArrayList<>());
    private final ExactCache cache = new ExactCache(16 << 20, CacheStore.none(), Clock.systemUTC());
    private final EmbeddingLine line = line(4, 1_000);

    private EmbeddingLine line(int maxItems, int maxTokens) {
        var settlement =
                new EmbeddingSettlement(
                        cache,
                        Duration.ofHours(1),
                        model -> Optional.of(new Price(1, 1, 1)),
                        ledger::add,
                        Clock.systemUTC());
        return new EmbeddingLine(
                new Models(List.of("up"), Set.of(), Map.of()),
                cache,
                CacheMode.DETERMINISTIC,
                new EmbeddingLine.Gathering(maxItems, maxTokens, Duration.ofHours(1)),
                settlement,
                (wait, action) -> {
                    waits.add(wait);
                    timers.add(action);
                },
                new byte[] {1});
    }

    private record Asked(CompletableFuture<EmbeddingOutcome> outcome, Runnable leave) {
        EmbeddingOutcome get() throws Exception {
            return outcome.get(10, TimeUnit.SECONDS);
        }

        boolean waits() {
            return !outcome.isDone();
        }
    }

    private Asked ask(EmbeddingLine to, Delivery delivery, CacheControl control, String... texts) {
        var outcome = new CompletableFuture<EmbeddingOutcome>();
        byte[] body = JSON.writeValueAsBytes(Map.of("model", "e", "input", texts));
        var call = new Call("id", 0, System.nanoTime(), "tenant", "embeddings", "", false);
        Runnable leave =
                to.ask(
                        new EmbeddingCall(
                                call,
                                "/v1/embeddings",
                                List.of(),
                                body,
                                control,
                                delivery,
                                outcome::complete),
                        new RequestScanner(),
                        new MeaningDigest());
        return new Asked(outcome, leave);
    }

    private Asked ask(String... texts) {
        return ask(line, flights::add, CacheControl.NONE, texts);
    }

    private static List<String> inputs(Flight flight) {
        JsonNode input = JSON.readTree(flight.request().body()).get("input");
        var texts = new ArrayList<String>();
        input.forEach(text -> texts.add(text.asString()));
        return texts;
    }

    private static String vector(String text) {
        return "[" + text.hashCode() + ",1.50]";
    }

    /**
     * Answers as a provider does: ten tokens a text, and a whole batch refused for one bad input.
     */
    private static void answer(Flight flight) {
        List<String> texts = inputs(flight);
        if (texts.stream().anyMatch(text -> text.contains(REFUSED))) {
            reply(flight, 400, "{\"error\":{\"message\":\"no\"}}");
            return;
        }
        var data = new ArrayList<String>();
        for (int i = texts.size() - 1; i >= 0; i--) {
            data.add("{\"index\":" + i + ",\"embedding\":" + vector(texts.get(i)) + "}");
        }
        reply(
                flight,
                200,
                "{\"data\":["
                        + String.join(",", data)
                        + "],\"usage\":{\"prompt_tokens\":"
                        + 10 * texts.size()
                        + "}}");
    }

    private static void reply(Flight flight, int status, String body) {
        flight.log()
                .head(new Head(status, List.of(new Header("content-type", "application/json"))));
        flight.log().append(body.getBytes(StandardCharsets.UTF_8));
        flight.log().complete();
    }

    private Flight next() {
        Flight flight = flights.poll();
        assertTrue(flight != null, "nothing went upstream");
        return flight;
    }

    private static List<String> vectors(EmbeddingOutcome outcome) {
        var vectors = assertInstanceOf(EmbeddingOutcome.Vectors.class, outcome);
        var found = new ArrayList<String>();
        List<JsonNode> data = new ArrayList<>();
        JSON.readTree(vectors.body()).get("data").forEach(data::add);
        data.sort((a, b) -> Integer.compare(a.get("index").asInt(), b.get("index").asInt()));
        data.forEach(item -> found.add(item.get("embedding").toString()));
        return found;
    }

    private static List<String> expected(String... texts) {
        return List.of(texts).stream().map(text -> JSON.readTree(vector(text)).toString()).toList();
    }

    @Test
    void aLoneCallGoesAtOnceAsItIs() throws Exception {
        Asked asked = ask("a", "b");
        Flight flight = next();
        assertEquals(List.of("a", "b"), inputs(flight));
        answer(flight);
        assertEquals(expected("a", "b"), vectors(asked.get()));
        assertTrue(waits.isEmpty(), "it waited for somebody");
    }

    @Test
    void whatComesMeanwhileIsOneBatchWithoutRepetition() throws Exception {
        Asked first = ask("first");
        Asked one = ask("x", "y");
        Asked two = ask("y", "z", "y");
        assertEquals(1, flights.size(), "the others wait for the call under way");
        answer(next());
        Flight batch = next();
        assertEquals(List.of("x", "y", "z"), inputs(batch));
        answer(batch);
        assertEquals(expected("x", "y"), vectors(one.get()));
        assertEquals(expected("y", "z", "y"), vectors(two.get()));
        assertEquals(expected("first"), vectors(first.get()));
        long billed = ledger.stream().mapToLong(entry -> entry.tokens().fresh()).sum();
        assertEquals(40, billed, "four texts at ten tokens each");
        assertEquals(20, ledger.stream().mapToLong(entry -> entry.tokens().saved()).sum());
    }

    @Test
    void aFullBatchLeavesAtOnceAndNeverHoldsMore() {
        ask("first");
        ask("1", "2", "3");
        assertEquals(1, flights.size());
        ask("4", "5", "6", "7", "8", "9");
        next();
        int sent = 0;
        for (Flight flight = flights.poll(); flight != null; flight = flights.poll()) {
            assertTrue(inputs(flight).size() <= 4, "a batch of " + inputs(flight));
            sent += inputs(flight).size();
        }
        assertEquals(8, sent, "two full batches leave, the ninth waits");
    }

    @Test
    void tokensAreBoundedToo() {
        EmbeddingLine small = line(100, 50);
        ask(small, flights::add, CacheControl.NONE, "first");
        String long1 = "w".repeat(120);
        ask(small, flights::add, CacheControl.NONE, long1, long1 + "2", long1 + "3");
        next();
        List<Integer> sizes = flights.stream().map(flight -> inputs(flight).size()).toList();
        assertTrue(
                sizes.stream().allMatch(size -> size == 1),
                "two of thirty tokens do not fit in fifty: " + sizes);
    }

    @Test
    void theDeadlineCountsFromTheOldest() {
        ask("first");
        ask("second");
        assertEquals(1, waits.size());
        ask("third");
        assertEquals(1, waits.size(), "a later input must not put off the first");
        assertTrue(waits.getFirst().compareTo(Duration.ofHours(1)) <= 0);
    }

    @Test
    void oneBadInputFailsOnlyItsCaller() throws Exception {
        EmbeddingLine wide = line(100, 10_000);
        ask(wide, flights::add, CacheControl.NONE, "first");
        var good = new ArrayList<Asked>();
        for (int i = 0; i < 7; i++) {
            good.add(ask(wide, flights::add, CacheControl.NONE, "good " + i));
        }
        Asked bad = ask(wide, flights::add, CacheControl.NONE, REFUSED);
        for (Flight flight = flights.poll(); flight != null; flight = flights.poll()) {
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
        Asked bad = ask("hello", REFUSED);
        Flight refused = next();
        Asked good = ask("hello");
        assertTrue(flights.isEmpty(), "it joined");
        answer(refused);
        assertInstanceOf(EmbeddingOutcome.Refusal.class, bad.get());
        Flight again = next();
        assertEquals(List.of("hello"), inputs(again));
        answer(again);
        var vectors = assertInstanceOf(EmbeddingOutcome.Vectors.class, good.get());
        assertEquals(expected("hello"), vectors(vectors));
        assertEquals(CacheStatus.MISS, vectors.cache(), "it paid for itself");
        assertEquals(10, vectors.tokens().fresh());
    }

    @Test
    void fewerVectorsThanInputsAreNobodys() throws Exception {
        Asked asked = ask("a", "b");
        reply(
                next(),
                200,
                "{\"data\":[{\"index\":0,\"embedding\":[1]}],\"usage\":{\"prompt_tokens\":1}}");
        assertInstanceOf(EmbeddingOutcome.Failed.class, asked.get());
        Asked again = ask("a");
        answer(next());
        assertEquals(expected("a"), vectors(again.get()));
    }

    @Test
    void aFailureReachesAllAndIsNotKept() throws Exception {
        ask("first");
        Asked one = ask("x");
        Asked two = ask("x");
        answer(next());
        next().log().fail(new Failure(Failure.Kind.BROKEN, "gone"));
        assertInstanceOf(EmbeddingOutcome.Failed.class, one.get());
        assertInstanceOf(EmbeddingOutcome.Failed.class, two.get());
        Asked three = ask("x");
        answer(next());
        assertEquals(expected("x"), vectors(three.get()));
    }

    @Test
    void aTextIsAskedOnce() throws Exception {
        Asked one = ask("x");
        answer(next());
        one.get();
        var two = assertInstanceOf(EmbeddingOutcome.Vectors.class, ask("x").get());
        assertEquals(CacheStatus.HIT, two.cache());
        assertTrue(flights.isEmpty());
        assertEquals(0, two.tokens().fresh());
        assertEquals(10, two.tokens().saved());
    }

    @Test
    void noStoreSharesNothing() throws Exception {
        CacheControl never = CacheControl.NONE.header("cache-control", "no-store");
        Asked one = ask(line, flights::add, never, "x", "x");
        Asked two = ask(line, flights::add, never, "x");
        assertEquals(2, flights.size());
        assertEquals(List.of("x", "x"), inputs(flights.peek()));
        answer(next());
        answer(next());
        assertEquals(CacheStatus.BYPASS, ((EmbeddingOutcome.Vectors) one.get()).cache());
        assertEquals(expected("x"), vectors(two.get()));
        assertEquals(0, cache.statistics().entries());
    }

    @Test
    void theLastToLeaveCancels() {
        Asked one = ask("x");
        Asked two = ask("x");
        Flight flight = next();
        one.leave().run();
        assertTrue(!flight.log().abandoned(), "one still waits");
        two.leave().run();
        assertTrue(flight.log().abandoned());
        assertTrue(one.waits() && two.waits(), "who left gets nothing");
    }

    @Test
    void whoLeavesBeforeTheBatchDepartsIsNotPaidFor() {
        ask("first");
        ask("gone").leave().run();
        ask("stays");
        answer(next());
        assertEquals(List.of("stays"), inputs(next()));
        assertTrue(flights.isEmpty());
    }

    @Test
    void whatIsInvalidatedInFlightIsNotStored() throws Exception {
        Asked first = ask("a");
        cache.invalidate(answer -> answer.question().equals("a"));
        answer(flights.remove());
        first.get();
        assertEquals(0, cache.statistics().entries());
        ask("a");
        answer(flights.remove());
        assertEquals(1, cache.statistics().entries());
    }

    @Test
    void manyAtOnceEachGetTheirOwn() throws Exception {
        long seed = 20_261_121;
        EmbeddingLine busy = line(16, 10_000);
        int callers = 400;
        var outcomes = Collections.synchronizedList(new ArrayList<Throwable>());
        var done = new CountDownLatch(callers);
        for (int i = 0; i < callers; i++) {
            var random = new Random(seed + i);
            Thread.ofVirtual()
                    .start(() -> {
                        try {
                            String[] texts = new String[1 + random.nextInt(5)];
                            for (int k = 0; k < texts.length; k++) {
                                texts[k] = "text " + random.nextInt(200);
                            }
                            Asked asked =
                                    ask(
                                            busy,
                                            flight ->
                                                    Thread.ofVirtual().start(() -> answer(flight)),
                                            CacheControl.NONE,
                                            texts);
                            assertEquals(expected(texts), vectors(asked.get()));
                        } catch (Throwable e) {
                            outcomes.add(e);
                        } finally {
                            done.countDown();
                        }
                    });
        }
        assertTrue(done.await(30, TimeUnit.SECONDS), "somebody waits for ever; seed " + seed);
        assertEquals(List.of(), outcomes, "seed " + seed);
        long bought = ledger.stream().mapToLong(entry -> entry.tokens().fresh()).sum();
        assertEquals(
                10 * cache.statistics().entries(),
                bought,
                "each text is bought once; seed " + seed);
    }
}
