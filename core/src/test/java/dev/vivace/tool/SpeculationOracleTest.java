package dev.vivace.tool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Many sessions foresee their reads while others write: whatever had been written is read. */
@Timeout(120)
class SpeculationOracleTest {
    private static final long SEED = 20_261_121;
    private static final int THREADS = 8;
    private static final int ROUNDS = 2_000;
    private static final int PLACES = 6;

    private final ConcurrentHashMap<String, Long> content = new ConcurrentHashMap<>();
    private final AtomicLong stamps = new AtomicLong();

    private static String path(ObjectNode in) {
        return in.path("path").asString("");
    }

    private final ToolBench bench =
            new ToolBench(
                    new FakeTool("find", in -> Effects.PURE, (in, context) -> ToolResult.of(in)),
                    new FakeTool(
                            "read",
                            in -> Effects.read(Resource.file(path(in))),
                            (in, context) -> {
                                long before = content.getOrDefault(path(in), 0L);
                                Thread.yield();
                                return ToolResult.of(JsonNodeFactory.instance.numberNode(before));
                            }),
                    new FakeTool(
                            "write",
                            in -> Effects.write(Resource.file(path(in))),
                            (in, context) -> {
                                Thread.yield();
                                long stamp =
                                        content.compute(
                                                path(in), (key, old) -> stamps.incrementAndGet());
                                Thread.yield();
                                return ToolResult.of(JsonNodeFactory.instance.numberNode(stamp));
                            }));

    private static long call(CallLine line, String tool, String path) {
        var call = new ToolCall("1", tool, FakeTool.json("{\"path\":\"" + path + "\"}"));
        var ready = (Prepared.Ready) line.prepare(call, "ann");
        return ToolBench.done(
                        line.run(ready, new ToolContext("ann", ToolBench.LONG), false, () -> {}))
                .result()
                .value()
                .asLong(0);
    }

    @Test
    void nothingStaleIsServed() throws Exception {
        var eager =
                new SpeculationOptions(
                        THREADS, 0.1, Duration.ZERO, Duration.ofSeconds(10), 16 << 20);
        var speculation = new Speculation(bench.line(), eager);
        // What was written by calls that have ended.
        var settled = new ConcurrentHashMap<String, Long>();
        var stale = new AtomicLong();
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> all = new ArrayList<>();
            for (int t = 0; t < THREADS; t++) {
                CallLine line = speculation.session("ann", "s" + t);
                var random = new Random(SEED + t);
                all.add(
                        executor.submit(() -> {
                            for (int i = 0; i < ROUNDS; i++) {
                                String path = "/f" + random.nextInt(PLACES);
                                call(line, "find", path);
                                for (int spin = random.nextInt(20); spin > 0; spin--) {
                                    Thread.yield();
                                }
                                if (random.nextInt(8) == 0) {
                                    String other = "/f" + random.nextInt(PLACES);
                                    settled.merge(
                                            other,
                                            call(speculation.line, "write", other),
                                            Math::max);
                                }
                                long least = settled.getOrDefault(path, 0L);
                                stale.addAndGet(call(line, "read", path) < least ? 1 : 0);
                            }
                        }));
            }
            for (Future<?> each : all) {
                each.get();
            }
        }
        assertEquals(0, stale.get(), "stale results, seed " + SEED);
        Speculation.Statistics statistics = speculation.statistics();
        assertTrue(
                statistics.used() > THREADS * ROUNDS / 20,
                "too few to say anything: " + statistics);
    }
}
