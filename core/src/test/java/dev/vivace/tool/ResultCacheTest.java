package dev.vivace.tool;

import static dev.vivace.tool.FakeTool.json;
import static dev.vivace.tool.FakeTool.said;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ResultCacheTest {
    private static final Duration HOUR = Duration.ofHours(1);
    private static final ResourceVersions VERSIONS = new ResourceVersions();
    private static final ToolDefinition LIST = new ToolDefinition("list", "lists", json("{}"));

    private final AtomicLong now = new AtomicLong();
    private final ResultCache cache = new ResultCache(1 << 20, Duration.ofSeconds(5), now::get);

    private static ResultKey key(String arguments) {
        return key(LIST, arguments, "ann", "d");
    }

    private static ResultKey key(
            ToolDefinition definition, String arguments, String principal, String reads) {
        return ResultKey.of(
                        VERSIONS,
                        definition,
                        json(arguments),
                        principal,
                        List.of(Resource.file(reads)))
                .orElseThrow();
    }

    private Reading reading(ResultKey key, long version) {
        return new Reading(key, version, cache.invalidations());
    }

    private void store(ResultKey key, long version, ToolResult result) {
        cache.store(reading(key, version), result, 100, HOUR);
    }

    private boolean has(ResultKey key, long version) {
        return cache.find(reading(key, version)).isPresent();
    }

    static Stream<Arguments> same() {
        return Stream.of(
                Arguments.of("{\"a\": 1, \"b\": [1, 2]}", "{\"b\":[1,2],\"a\":1}"),
                Arguments.of(
                        "{\"x\": {\"b\": {\"d\": 1, \"c\": 2}, \"a\": null}}",
                        "{\"x\":{\"a\":null,\"b\":{\"c\":2,\"d\":1}}}"),
                Arguments.of("[{\"b\": 1, \"a\": 2}]", "[{\"a\": 2, \"b\": 1}]"),
                Arguments.of("\"\\u0061\"", "\"a\""));
    }

    @ParameterizedTest
    @MethodSource("same")
    void orderOfMembersAndSpaceDoNotMatter(String one, String other) {
        assertEquals(
                key("{\"v\":" + one + "}").arguments(), key("{\"v\":" + other + "}").arguments());
    }

    static Stream<Arguments> different() {
        return Stream.of(
                Arguments.of("1", "1.0"),
                Arguments.of("1", "\"1\""),
                Arguments.of("[1, 2]", "[2, 1]"),
                Arguments.of("null", "\"null\""),
                Arguments.of("{}", "[]"),
                Arguments.of("\"a\"", "\"A\""),
                Arguments.of("\"a\"", "\"a \""),
                Arguments.of("{\"a\": null}", "{}"));
    }

    @ParameterizedTest
    @MethodSource("different")
    void whatAToolCanTellApartIsNotTheSame(String one, String other) {
        assertNotEquals(key("{\"v\":" + one + "}"), key("{\"v\":" + other + "}"));
    }

    @Test
    void everyPartOfTheKeyCounts() {
        ResultKey plain = key("{}");
        assertEquals(plain, key("{}"));
        assertNotEquals(plain, key(LIST, "{}", "bob", "d"));
        assertNotEquals(plain, key(LIST, "{}", "ann", "e"));
        for (ToolDefinition other :
                List.of(
                        new ToolDefinition("list2", "lists", json("{}")),
                        new ToolDefinition("list", "lists more", json("{}")),
                        new ToolDefinition("list", "lists", json("{\"type\":\"object\"}")))) {
            assertNotEquals(plain, key(other, "{}", "ann", "d"));
        }
        assertEquals(plain, key(new ToolDefinition("list", "lists", json("{}")), "{}", "ann", "d"));
    }

    @Test
    void argumentsThatAreTooLargeOrTooDeepHaveNoKey() {
        String large = "{\"a\":\"" + "x".repeat(70_000) + "\"}";
        assertTrue(ResultKey.of(VERSIONS, LIST, json(large), "ann", List.of()).isEmpty());
        var deep = json("{}");
        var inner = deep;
        for (int i = 0; i < 5_000; i++) {
            inner = inner.putObject("a");
        }
        assertTrue(ResultKey.of(VERSIONS, LIST, deep, "ann", List.of()).isEmpty());
    }

    @Test
    void servesOnlyTheVersionThatIs() {
        store(key("{}"), 1, said("old"));
        assertTrue(has(key("{}"), 1));
        assertTrue(!has(key("{}"), 2));
        store(key("{}"), 2, said("new"));
        store(key("{}"), 1, said("late"));
        assertEquals(Optional.of(said("new")), cache.find(reading(key("{}"), 2)));
        assertEquals(1, cache.statistics().entries());
    }

    @Test
    void keepsForTheTimeToLiveAndErrorsForAShortTime() {
        store(key("{\"n\":1}"), 1, said("good"));
        store(key("{\"n\":2}"), 1, ToolResult.error(FakeTool.text("no such file")));
        now.addAndGet(Duration.ofMillis(4_999).toNanos());
        assertTrue(has(key("{\"n\":1}"), 1));
        assertTrue(has(key("{\"n\":2}"), 1));
        now.addAndGet(Duration.ofMillis(2).toNanos());
        assertTrue(has(key("{\"n\":1}"), 1));
        assertTrue(!has(key("{\"n\":2}"), 1));
        now.addAndGet(HOUR.toNanos());
        assertTrue(!has(key("{\"n\":1}"), 1));
    }

    @Test
    void forgetsByToolByResourceAndByPattern() {
        var find = new ToolDefinition("find", "", json("{}"));
        ResultKey listD = key("{\"path\":\"d\"}");
        ResultKey findE = key(find, "{\"path\":\"e\",\"for\":\"x\"}", "ann", "e");
        for (int round = 0; round < 4; round++) {
            store(listD, 1, said("list"));
            store(findE, 1, said("find"));
            boolean listGone = round == 0 || round == 3;
            assertEquals(
                    round == 3 ? 2 : 1,
                    switch (round) {
                        case 0 -> cache.invalidateTool("list");
                        case 1 -> cache.invalidateResource(Resource.file("./e/f"));
                        case 2 -> cache.invalidatePattern("f* {\"for\":\"?\",\"path\":\"e\"}");
                        default -> cache.invalidateAll();
                    });
            assertEquals(!listGone, has(listD, 1), "list, " + round);
            assertEquals(round == 0, has(findE, 1), "find, " + round);
        }
        assertEquals(0, cache.invalidatePattern("nothing*"));
    }

    @Test
    void whatWasInvalidatedOnItsWayIsNotStored() {
        Reading before = reading(key("{}"), 1);
        cache.invalidateTool("list");
        cache.store(before, said("old"), 100, HOUR);
        assertTrue(!has(key("{}"), 1));
    }

    @Test
    void staysWithinItsBytesAndCountsWhatItDrops() {
        var small = new ResultCache(100_000, Duration.ofSeconds(5), now::get);
        for (int i = 0; i < 1_000; i++) {
            var reading = new Reading(key("{\"n\":" + i + "}"), 1, 0);
            small.store(reading, said("x"), 1_000, HOUR);
        }
        ResultCache.Statistics statistics = small.statistics();
        assertTrue(statistics.bytes() <= 100_000 && statistics.bytes() > 50_000, "" + statistics);
        assertEquals(1_000, statistics.entries() + statistics.evictions());
        small.store(new Reading(key("{\"big\":1}"), 1, 0), said("x"), 50_000, HOUR);
        assertTrue(small.find(new Reading(key("{\"big\":1}"), 1, 0)).isEmpty());
    }

    @Test
    void countsHitsAndMisses() {
        assertEquals(0, cache.statistics().hitRate());
        has(key("{}"), 1);
        store(key("{}"), 1, said("x"));
        has(key("{}"), 1);
        has(key("{}"), 1);
        has(key("{}"), 1);
        ResultCache.Statistics statistics = cache.statistics();
        assertEquals(3, statistics.hits());
        assertEquals(1, statistics.misses());
        assertEquals(0.75, statistics.hitRate());
    }

    @Test
    void repeatsItsDefaultsAndNamesWhatIsOutOfRange() {
        assertEquals(64 << 20, new ResultCache().statistics().maxBytes());
        assertEquals(Duration.ofSeconds(5), ResultCache.DEFAULT_NEGATIVE_TIME_TO_LIVE);
        var e =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> new ResultCache(-1, Duration.ZERO, now::get));
        assertTrue(String.valueOf(e.getMessage()).contains("maxBytes"));
    }

    /**
     * Versions only grow: whoever sees a result of a version sees the one that was stored for it.
     */
    @Test
    void manyThreadsNeverSeeAResultOfAnotherVersion() throws Exception {
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            var wrong = new AtomicLong();
            var version = new AtomicLong();
            var all =
                    Stream.generate(() ->
                                    executor.submit(() -> {
                                        var random = new Random();
                                        for (int i = 0; i < 5_000; i++) {
                                            long at =
                                                    random.nextInt(10) == 0
                                                            ? version.incrementAndGet()
                                                            : version.get();
                                            ResultKey key =
                                                    key("{\"n\":" + random.nextInt(3) + "}");
                                            Optional<ToolResult> found =
                                                    cache.find(reading(key, at));
                                            if (found.isEmpty()) {
                                                store(key, at, said("" + at));
                                            } else if (!found.get().equals(said("" + at))) {
                                                wrong.incrementAndGet();
                                            }
                                            if (random.nextInt(100) == 0) {
                                                cache.invalidateTool("list");
                                            }
                                        }
                                    }))
                            .limit(8)
                            .toList();
            for (var each : all) {
                each.get();
            }
            assertEquals(0, wrong.get());
        }
    }

    /** It must not even take the place of what came after the invalidation. */
    @Test
    void whatWasInvalidatedOnItsWayHarmsNoOther() {
        Reading before = reading(key("{}"), 1);
        cache.invalidateAll();
        store(key("{}"), 1, said("new"));
        cache.store(before, said("old"), 100, HOUR);
        assertEquals(Optional.of(said("new")), cache.find(reading(key("{}"), 1)));
    }
}
