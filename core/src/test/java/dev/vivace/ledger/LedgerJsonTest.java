package dev.vivace.ledger;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

class LedgerJsonTest {
    @Test
    void hasTheShapeThatPeopleDependOn() {
        assertEquals(
                """
                {"id":"c-1","at":"2026-09-21T14:13:20.123Z","tenant":"t-1","key":"","door":"chat","model":"m-1",\
                "cache":"MISS","status":200,\
                "tokens":{"fresh":21,"cached":0,"output":9,"saved":0,"estimated":false},\
                "cost_usd":9.0E-6,"saved_usd":0.0,"overhead_us":85,"upstream_us":1200,\
                "first_token_us":900,"total_us":1300,"streamed":false,"attempts":1,\
                "stages":[{"stage":"exact-cache","outcome":"miss"},{"stage":"deliver","outcome":"ok"}],\
                "error":""}\
                """,
                new String(json(Entries.entry("c-1")), UTF_8));
    }

    @Test
    void whatIsWrittenIsReadBack() {
        var random = new Random(7);
        for (int i = 0; i < 2_000; i++) {
            LedgerEntry entry = random(random);
            assertEquals(Optional.of(entry), LedgerJson.read(json(entry)), "seed 7, round " + i);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "[]",
                "7",
                "null",
                "{}",
                "\0\0\0",
                "{\"id\":\"a\",\"at\":\"2026-09-21T14:13:20Z\"}",
                "{\"id\":\"a\",\"cache\":\"HIT\"}",
                "{\"id\":\"a\",\"cache\":\"HIT\",\"at\":7}",
                "{\"id\":\"a\",\"cache\":\"HOT\",\"at\":\"2026-09-21T14:13:20Z\"}",
                "{\"id\":\"a\",\"cache\":\"HIT\",\"at\":\"2026-09-21T14:13:20Z\",\"status\":\"x\",\"sta"
            })
    void whatIsNoEntryIsNone(String line) {
        assertEquals(Optional.empty(), LedgerJson.read(line.getBytes(UTF_8)));
    }

    @Test
    void whatAnOlderVersionDidNotWriteIsZero() {
        LedgerEntry entry =
                LedgerJson.read(
                                "{\"id\":\"a\",\"cache\":\"HIT\",\"at\":\"2026-09-21T14:13:20Z\",\"new\":[{}]}"
                                        .getBytes(UTF_8))
                        .orElseThrow();
        assertEquals(Tokens.NONE, entry.tokens());
        assertEquals(List.of(), entry.stages());
    }

    static byte[] json(LedgerEntry entry) {
        var out = new ByteArrayOutputStream();
        try (var to = new JsonFactory().createGenerator(ObjectWriteContext.empty(), out)) {
            LedgerJson.write(entry, to);
        }
        return out.toByteArray();
    }

    private static LedgerEntry random(Random random) {
        return new LedgerEntry(
                "c-" + random.nextLong(),
                random.nextLong(0, 4_000_000_000_000L),
                text(random),
                text(random),
                text(random),
                text(random),
                CacheStatus.values()[random.nextInt(CacheStatus.values().length)],
                random.nextInt(100, 600),
                new Tokens(
                        random.nextInt(9),
                        random.nextLong(),
                        0,
                        random.nextInt(),
                        random.nextBoolean()),
                new Money(random.nextDouble(), random.nextInt(9) / 1e7),
                new Times(
                        random.nextLong(), random.nextLong(), random.nextLong(), random.nextLong()),
                random.nextBoolean(),
                random.nextInt(),
                random.ints(random.nextInt(4), 0, 9)
                        .mapToObj(n -> new StageNote("stage-" + n, text(random)))
                        .toList(),
                text(random));
    }

    private static String text(Random random) {
        int[] points =
                random.ints(random.nextInt(12), 0, Character.MAX_CODE_POINT)
                        .filter(c -> c < 0xd800 || c > 0xdfff)
                        .map(c -> random.nextBoolean() ? c : c % 128)
                        .toArray();
        return new String(points, 0, points.length);
    }
}
