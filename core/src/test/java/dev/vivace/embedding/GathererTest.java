package dev.vivace.embedding;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vivace.cache.CacheControl;
import dev.vivace.cache.CacheStore;
import dev.vivace.cache.ExactCache;
import dev.vivace.cache.Fingerprint;
import dev.vivace.json.MeaningDigest;
import dev.vivace.key.Principal;
import dev.vivace.ledger.CacheStatus;
import dev.vivace.ledger.LedgerEntry;
import dev.vivace.line.Call;
import dev.vivace.line.Flight;
import dev.vivace.line.Models;
import dev.vivace.request.EmbeddingScan;
import dev.vivace.request.RequestScanner;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Calls of far more inputs than a request may have: work that grows with the square of their number
 * takes minutes here.
 */
@Timeout(value = 20, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class GathererTest {
    private static final int MANY = 300_000;
    private static final Fingerprint GROUP = key("group");

    private final List<Flight> flights = new ArrayList<>();
    private final List<LedgerEntry> ledger = new ArrayList<>();
    private final ExactCache cache = new ExactCache(1 << 20, CacheStore.none(), Clock.systemUTC());
    private final Gatherer gatherer =
            new Gatherer(
                    cache,
                    new EmbeddingLine.Gathering(MANY + 10, Integer.MAX_VALUE, Duration.ofHours(1)),
                    new EmbeddingSettlement(
                            cache,
                            Duration.ofHours(1),
                            model -> Optional.empty(),
                            ledger::add,
                            Clock.systemUTC()),
                    (wait, action) -> {});

    private static Fingerprint key(String text) {
        var digest = new MeaningDigest();
        digest.reset();
        digest.text(text.getBytes(US_ASCII));
        return Fingerprint.of(digest.finish(new byte[0]));
    }

    private Caller enter(Fingerprint... keys) {
        byte[] body = "{\"model\":\"e\",\"input\":[\"a\"]}".getBytes(US_ASCII);
        EmbeddingScan scan = new RequestScanner().scanEmbedding(body);
        var wide =
                new EmbeddingScan(
                        scan.request(),
                        scan.inputStart(),
                        scan.inputEnd(),
                        Collections.nCopies(keys.length, scan.inputs().getFirst()));
        var call =
                new Call(
                        "id",
                        0,
                        System.nanoTime(),
                        Principal.named("tenant"),
                        "embeddings",
                        "e",
                        false);
        var asked =
                new EmbeddingCall(
                        call,
                        "/v1/embeddings",
                        List.of(),
                        body,
                        CacheControl.NONE,
                        flights::add,
                        outcome -> {});
        var caller =
                new Caller(
                        asked,
                        call,
                        wide,
                        CacheControl.NONE,
                        new Models(List.of("up"), Set.of(), Map.of()).resolve("e"),
                        CacheStatus.MISS);
        gatherer.enter(caller, GROUP, keys);
        return caller;
    }

    private static Fingerprint[] different() {
        var keys = new Fingerprint[MANY];
        Arrays.setAll(keys, i -> key("text " + i));
        return keys;
    }

    @Test
    void manyInputsLeaveAtOnce() {
        Caller caller = enter(different());
        gatherer.leave(caller);
        assertTrue(flights.getFirst().log().abandoned());
        assertEquals(499, ledger.getFirst().status());
    }

    @Test
    void whoHasJoinedManyLeavesThemToTheirOwner() {
        Fingerprint[] keys = different();
        enter(keys);
        Caller joined = enter(keys);
        gatherer.leave(joined);
        assertEquals(1, flights.size());
        assertTrue(!flights.getFirst().log().abandoned());
        assertEquals(1, ledger.size());
    }

    @Test
    void oneInputIsInheritedInManyPlaces() {
        enter(key("first"));
        Caller owner = enter(key("same"));
        var same = new Fingerprint[MANY];
        Arrays.fill(same, key("same"));
        Caller heir = enter(same);
        gatherer.leave(owner);
        assertEquals(1, heir.own);
        assertEquals(1, heir.waiting.size());
    }
}
