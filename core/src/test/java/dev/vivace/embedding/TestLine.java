package dev.vivace.embedding;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vivace.answer.Head;
import dev.vivace.answer.Header;
import dev.vivace.cache.CacheControl;
import dev.vivace.cache.CacheMode;
import dev.vivace.cache.CacheStore;
import dev.vivace.cache.ExactCache;
import dev.vivace.cache.SecondLevel;
import dev.vivace.json.MeaningDigest;
import dev.vivace.key.Principal;
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
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** An embedding line whose upstream, clock and ledger are in the test's hands. */
final class TestLine {
    static final JsonMapper JSON = new JsonMapper();
    static final String REFUSED = "REFUSE";

    /** What goes upstream waits here until the test answers it. */
    final ConcurrentLinkedQueue<Flight> flights = new ConcurrentLinkedQueue<>();

    /** What the line asked to be woken for. */
    final List<Runnable> timers = Collections.synchronizedList(new ArrayList<>());

    final List<Duration> waits = Collections.synchronizedList(new ArrayList<>());
    final List<LedgerEntry> ledger = Collections.synchronizedList(new ArrayList<>());
    final ExactCache cache = new ExactCache(64 << 20, CacheStore.none(), Clock.systemUTC());
    final EmbeddingLine line;
    private final AtomicInteger ids = new AtomicInteger();

    TestLine(int maxItems, int maxTokens) {
        this(maxItems, maxTokens, model -> Optional.of(new Price(1, 1, 1)), entry -> {});
    }

    TestLine(SecondLevel second) {
        this(4, 1_000, model -> Optional.of(new Price(1, 1, 1)), entry -> {}, Optional.of(second));
    }

    /**
     * @param also gets every ledger entry first
     */
    TestLine(
            int maxItems,
            int maxTokens,
            Function<String, Optional<Price>> prices,
            Consumer<LedgerEntry> also) {
        this(maxItems, maxTokens, prices, also, Optional.empty());
    }

    private TestLine(
            int maxItems,
            int maxTokens,
            Function<String, Optional<Price>> prices,
            Consumer<LedgerEntry> also,
            Optional<SecondLevel> second) {
        var settlement =
                new EmbeddingSettlement(
                        cache,
                        Duration.ofHours(1),
                        prices,
                        entry -> {
                            also.accept(entry);
                            ledger.add(entry);
                        },
                        Clock.systemUTC(),
                        second);
        line =
                new EmbeddingLine(
                        new Models(List.of("up"), Set.of(), Map.of()),
                        cache,
                        CacheMode.DETERMINISTIC,
                        new EmbeddingLine.Gathering(maxItems, maxTokens, Duration.ofHours(1)),
                        settlement,
                        (wait, action) -> {
                            waits.add(wait);
                            timers.add(action);
                        },
                        new byte[] {1},
                        Optional.empty(),
                        second);
    }

    record Asked(String id, CompletableFuture<EmbeddingOutcome> outcome, Runnable leave) {
        EmbeddingOutcome get() throws Exception {
            return outcome.get(10, TimeUnit.SECONDS);
        }

        boolean waits() {
            return !outcome.isDone();
        }
    }

    static byte[] body(String... texts) {
        return JSON.writeValueAsBytes(Map.of("model", "e", "input", texts));
    }

    Asked ask(byte[] body, Delivery delivery, CacheControl control, RequestScanner scanner) {
        var outcome = new CompletableFuture<EmbeddingOutcome>();
        String id = "call-" + ids.incrementAndGet();
        var call =
                new Call(
                        id,
                        0,
                        System.nanoTime(),
                        Principal.named("tenant"),
                        "embeddings",
                        "",
                        false);
        Runnable leave =
                line.ask(
                        new EmbeddingCall(
                                call,
                                "/v1/embeddings",
                                List.of(),
                                body,
                                control,
                                delivery,
                                got -> {
                                    if (!outcome.complete(got)) {
                                        throw new IllegalStateException("a second outcome");
                                    }
                                }),
                        scanner,
                        new MeaningDigest());
        return new Asked(id, outcome, leave);
    }

    Asked ask(Delivery delivery, CacheControl control, String... texts) {
        return ask(body(texts), delivery, control, new RequestScanner());
    }

    Asked ask(CacheControl control, String... texts) {
        return ask(departing(), control, texts);
    }

    Asked ask(String... texts) {
        return ask(CacheControl.NONE, texts);
    }

    private Delivery departing() {
        return flight -> {
            flight.departs();
            flights.add(flight);
        };
    }

    Flight next() {
        Flight flight = flights.poll();
        assertTrue(flight != null, "nothing went upstream");
        return flight;
    }

    /** The ledger's one entry of a call. */
    LedgerEntry entry(Asked asked) {
        List<LedgerEntry> own =
                List.copyOf(ledger).stream()
                        .filter(entry -> entry.id().equals(asked.id()))
                        .toList();
        assertTrue(own.size() == 1, "entries of " + asked.id() + ": " + own);
        return own.getFirst();
    }

    boolean settled(Asked asked) {
        return List.copyOf(ledger).stream().anyMatch(entry -> entry.id().equals(asked.id()));
    }

    static List<String> inputs(Flight flight) {
        JsonNode input = JSON.readTree(flight.request().body()).get("input");
        var texts = new ArrayList<String>();
        input.forEach(text -> texts.add(text.asString()));
        return texts;
    }

    static String vector(String text) {
        return "[" + text.hashCode() + ",1.50]";
    }

    /**
     * Answers as a provider does: ten tokens a text, and a whole batch refused for one bad input.
     */
    static void answer(Flight flight) {
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

    static void reply(Flight flight, int status, String body, Header... headers) {
        var all = new ArrayList<>(List.of(new Header("content-type", "application/json")));
        all.addAll(List.of(headers));
        flight.log().head(new Head(status, all));
        flight.log().append(body.getBytes(StandardCharsets.UTF_8));
        flight.log().complete();
    }

    static List<String> vectors(EmbeddingOutcome outcome) {
        var vectors = assertInstanceOf(EmbeddingOutcome.Vectors.class, outcome);
        var found = new ArrayList<String>();
        List<JsonNode> data = new ArrayList<>();
        JSON.readTree(vectors.body()).get("data").forEach(data::add);
        data.sort((a, b) -> Integer.compare(a.get("index").asInt(), b.get("index").asInt()));
        data.forEach(item -> found.add(item.get("embedding").toString()));
        return found;
    }

    static List<String> expected(String... texts) {
        return List.of(texts).stream().map(text -> JSON.readTree(vector(text)).toString()).toList();
    }
}
