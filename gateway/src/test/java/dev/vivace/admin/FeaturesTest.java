package dev.vivace.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.vivace.ledger.CacheStatus;
import dev.vivace.ledger.LedgerEntry;
import dev.vivace.ledger.Money;
import dev.vivace.ledger.StageNote;
import dev.vivace.ledger.Times;
import dev.vivace.ledger.Tokens;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class FeaturesTest {
    private static final JsonMapper JSON = new JsonMapper();

    private final Features features =
            new Features(Set.of(Features.EXACT_CACHE, Features.JOIN, Features.EMBEDDING_BATCH));

    @Test
    void saysWhatRanHowOftenAndWhatItSaved() {
        call(1, "exact-cache miss", "join led", "deliver ok", "exact-cache stored");
        call(2, "exact-cache hit");
        call(4, "exact-cache miss", "join joined");
        call(8, "exact-cache bypass", "connection reused", "connection stale", "deliver ok");
        assertEquals(
                "exact-cache on ran=3 usd=2.0 tokens=20 bypass 1, hit 1, miss 2, stored 1",
                line("exact-cache"));
        assertEquals("join on ran=1 usd=4.0 tokens=40 joined 1, led 1", line("join"));
        assertEquals(
                "stale-retry off ran=1 usd=0.0 tokens=0 reused 1, stale 1", line("stale-retry"));
    }

    @Test
    void aFeatureThatIsOnAndNeverRanSaysSo() {
        call(0, "batch alone");
        call(0, "batch alone");
        assertEquals(
                "embedding-batch on ran=0 usd=0.0 tokens=0 on, and did nothing yet: alone 2",
                line("embedding-batch"));
        assertEquals(
                "exact-cache on ran=0 usd=0.0 tokens=0 on, and no call came to it yet",
                line("exact-cache"));
        assertEquals("embedding-cache off ran=0 usd=0.0 tokens=0 ", line("embedding-cache"));
    }

    @Test
    void everySavingIsCreditedOnce() {
        call(2, "embedding-cache partial", "batch gathered", "deliver ok");
        call(4, "embedding-cache miss", "batch gathered", "deliver ok");
        call(8, "embedding-cache hit");
        assertEquals(
                "embedding-cache off ran=3 usd=10.0 tokens=100 hit 1, miss 1, partial 1",
                line("embedding-cache"));
        assertEquals(
                "embedding-batch on ran=2 usd=4.0 tokens=40 gathered 2", line("embedding-batch"));
    }

    @Test
    void reasonsAreBounded() {
        for (int i = 0; i < 500; i++) {
            call(0, "exact-cache unfit:" + i);
        }
        call(0, "exact-cache unfit:7");
        assertEquals(20, line("exact-cache").split("unfit:", -1).length - 1);
    }

    @Test
    void anUnknownFeatureIsAnError() {
        assertThrows(IllegalArgumentException.class, () -> new Features(Set.of("exact-cash")));
    }

    private void call(double savedUsd, String... notes) {
        var stages = new ArrayList<StageNote>();
        for (String note : notes) {
            String[] parts = note.split(" ", 2);
            stages.add(new StageNote(parts[0], parts[1]));
        }
        features.on(
                new LedgerEntry(
                        "a",
                        0,
                        "t",
                        "",
                        "chat",
                        "m",
                        CacheStatus.MISS,
                        200,
                        new Tokens(0, 0, 0, (long) savedUsd * 10, false),
                        new Money(0, savedUsd),
                        new Times(1, 1, 1, 1),
                        false,
                        1,
                        List.copyOf(stages),
                        ""));
    }

    private String line(String name) {
        var out = new ByteArrayOutputStream();
        try (var to = new JsonFactory().createGenerator(ObjectWriteContext.empty(), out)) {
            features.write(to);
        }
        for (JsonNode f : JSON.readTree(out.toByteArray()).path("features")) {
            if (f.path("name").asString().equals(name)) {
                return "%s %s ran=%d usd=%s tokens=%d %s"
                        .formatted(
                                name,
                                f.path("on").asBoolean() ? "on" : "off",
                                f.path("ran").asLong(),
                                f.path("saved_usd").asDouble(),
                                f.path("saved_tokens").asLong(),
                                f.path("note").asString());
            }
        }
        throw new AssertionError("no " + name);
    }
}
