package dev.vivace.tool;

import static dev.vivace.tool.ToolBench.done;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Reads and writes at random places of a tree, against an oracle that knows what was written last
 * at each place, and looks at all of them.
 */
class ToolOracleTest {
    private static final int CALLS = 100_000;
    private static final long SEED = 20_261_121;

    /** What was written last at each place; a read says it for all places that overlap. */
    private final Map<Resource, Long> written = new ConcurrentHashMap<>();

    private final AtomicLong stamps = new AtomicLong();

    /** Of the writes, by their ids. */
    private final Map<Long, Long> stampOf = new ConcurrentHashMap<>();

    private static Resource place(ObjectNode arguments) {
        JsonNode path = arguments.get("path");
        return switch (path.stringValue()) {
            case "*" -> Resource.EVERYTHING;
            case "table" -> Resource.of("table");
            default -> Resource.file(path.stringValue());
        };
    }

    private ObjectNode content(Resource read) {
        ObjectNode content = JsonNodeFactory.instance.objectNode();
        written.forEach((place, stamp) -> {
            if (place.overlaps(read)) {
                content.put(place.toString(), stamp);
            }
        });
        return content;
    }

    /** Within the entry's lock, so that whoever is late puts no older stamp over a newer one. */
    private long write(Resource place) {
        return written.compute(place, (key, old) -> stamps.incrementAndGet());
    }

    private static String randomPath(Random random, int width) {
        int kind = random.nextInt(40);
        if (kind == 0) {
            return "*";
        }
        if (kind == 1) {
            return "table";
        }
        var path = new StringBuilder(kind < 8 ? "./" : "/");
        for (int depth = random.nextInt(3); depth >= 0; depth--) {
            path.append((char) ('a' + random.nextInt(width))).append(depth == 0 ? "" : "/");
        }
        return path.toString();
    }

    private ToolBench bench(Runnable between) {
        return new ToolBench(
                new FakeTool(
                                "read",
                                arguments -> Effects.read(place(arguments)),
                                (arguments, context) -> {
                                    ObjectNode before = content(place(arguments));
                                    between.run();
                                    return ToolResult.of(before);
                                })
                        .keptFor(Duration.ofHours(1)),
                new FakeTool(
                        "write",
                        arguments -> Effects.write(place(arguments)),
                        (arguments, context) -> {
                            between.run();
                            stampOf.put(arguments.path("id").asLong(0), write(place(arguments)));
                            between.run();
                            if (arguments.path("fail").asBoolean(false)) {
                                throw new IllegalStateException("half-way");
                            }
                            return FakeTool.said("ok");
                        }));
    }

    private static ToolOutcome write(ToolLine line, String path, long id, boolean fail) {
        return call(line, "write", argumentsOf(path).put("id", id).put("fail", fail));
    }

    private static ToolOutcome read(ToolLine line, String path) {
        return call(line, "read", argumentsOf(path));
    }

    private static ToolOutcome call(ToolLine line, String tool, ObjectNode arguments) {
        return line.run(
                new ToolCall("1", tool, arguments),
                new ToolContext("ann", ToolBench.LONG),
                CallOptions.DEFAULT);
    }

    @Test
    void nothingStaleIsServedAndNearlyAllThatCanBeIsServedAgain() throws Exception {
        // On a virtual thread, as callers are.
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            executor.submit(this::oneAfterTheOther).get();
        }
    }

    private void oneAfterTheOther() {
        var random = new Random(SEED);
        var bench = bench(() -> {}).limit(ToolBench.WITHOUT_BREAKER);
        ToolLine line = bench.line();
        var last = new HashMap<String, JsonNode>();
        int stale = 0;
        int possible = 0;
        int hits = 0;
        for (int i = 0; i < CALLS; i++) {
            String path = randomPath(random, 3);
            if (random.nextInt(20) == 0) {
                write(line, path, i, random.nextInt(4) == 0);
                continue;
            }
            ToolOutcome.Done outcome = done(read(line, path));
            JsonNode value = outcome.result().value();
            JsonNode truth = content(place(argumentsOf(path)));
            stale += value.equals(truth) ? 0 : 1;
            JsonNode before = last.put(path, truth);
            possible += truth.equals(before) ? 1 : 0;
            hits += outcome.source() == ToolOutcome.Source.CACHED ? 1 : 0;
        }
        assertEquals(0, stale, "stale results, seed " + SEED);
        assertTrue(possible > CALLS / 5, "too few were possible to say anything: " + possible);
        assertTrue(
                hits >= 0.95 * possible,
                hits + " hits of " + possible + " that were possible, seed " + SEED);
        assertEquals(hits, bench.cache.statistics().hits());
    }

    private static ObjectNode argumentsOf(String path) {
        ObjectNode arguments = JsonNodeFactory.instance.objectNode();
        arguments.put("path", path);
        return arguments;
    }

    /** At the same time: whatever had been written before a read began, the read says. */
    @Test
    void nothingStaleIsServedWhileOthersWrite() throws Exception {
        var bench = bench(Thread::yield).limit(ToolBench.WITHOUT_BREAKER);
        ToolLine line = bench.line();
        // What was written by calls that have ended.
        var settled = new ConcurrentHashMap<Resource, Long>();
        var stale = new AtomicLong();
        var reads = new AtomicLong();
        int threads = 8;
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> all = new ArrayList<>();
            for (int t = 0; t < threads; t++) {
                long own = t;
                var random = new Random(SEED + own);
                all.add(
                        executor.submit(() -> {
                            for (int i = 0; i < CALLS / threads; i++) {
                                String path = randomPath(random, 3);
                                Resource place = place(argumentsOf(path));
                                if (random.nextInt(20) == 0) {
                                    long id = CALLS * own + i;
                                    write(line, path, id, random.nextInt(4) == 0);
                                    settled.merge(
                                            place,
                                            Objects.requireNonNull(stampOf.get(id)),
                                            Math::max);
                                } else {
                                    Map<String, Long> least = least(settled, place);
                                    JsonNode value = done(read(line, path)).result().value();
                                    boolean fresh =
                                            least.entrySet().stream()
                                                    .allMatch(each ->
                                                            value.path(each.getKey()).asLong(0)
                                                                    >= each.getValue());
                                    stale.addAndGet(fresh ? 0 : 1);
                                    reads.incrementAndGet();
                                }
                            }
                        }));
            }
            for (Future<?> each : all) {
                each.get();
            }
        }
        assertEquals(0, stale.get(), "stale results, seed " + SEED);
        ResultCache.Statistics statistics = bench.cache.statistics();
        assertTrue(statistics.hits() > reads.get() / 20, "nothing was served: " + statistics);
    }

    private static Map<String, Long> least(Map<Resource, Long> settled, Resource read) {
        var least = new HashMap<String, Long>();
        settled.forEach((place, stamp) -> {
            if (place.overlaps(read)) {
                least.put(place.toString(), stamp);
            }
        });
        return least;
    }
}
