package dev.vivace.bench;

import dev.vivace.tool.BatchOptions;
import dev.vivace.tool.CallLine;
import dev.vivace.tool.Effects;
import dev.vivace.tool.Prepared;
import dev.vivace.tool.Tool;
import dev.vivace.tool.ToolCall;
import dev.vivace.tool.ToolContext;
import dev.vivace.tool.ToolDefinition;
import dev.vivace.tool.ToolExecutor;
import dev.vivace.tool.ToolOutcome;
import dev.vivace.tool.ToolResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Batches of tools that sleep, and how long they take beside how long they must. */
final class TimedTools {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    /** By how many microseconds calls of the same tool differ at most. */
    private static final int SPREAD = 10_000;

    private static final ToolResult NOTHING = ToolResult.of(JSON.nullNode());

    private final AtomicInteger most = new AtomicInteger();
    private final ToolExecutor executor;

    /**
     * @param effects of a call, by its arguments
     */
    TimedTools(Function<ObjectNode, Effects> effects) {
        var definition = new ToolDefinition("sleep", "", JSON.objectNode());
        var line = new Bare(new Sleeper(definition, effects), new AtomicInteger(), most);
        executor = new ToolExecutor(line);
    }

    /** A tool that takes as long as its arguments say, and has the effects that a function says. */
    private record Sleeper(ToolDefinition definition, Function<ObjectNode, Effects> effects)
            implements Tool {
        /** Graphs are made of references alone. */
        @Override
        public Effects atMost() {
            return Effects.PURE;
        }

        @Override
        public Effects effects(ObjectNode arguments) {
            return effects.apply(arguments);
        }

        @Override
        public ToolResult call(ObjectNode arguments, ToolContext context)
                throws InterruptedException {
            int micros = arguments.path("micros").asInt(0);
            if (micros > 0) {
                TimeUnit.MICROSECONDS.sleep(micros);
            }
            return NOTHING;
        }
    }

    /** Nothing but the tools: what is measured is the order in which they are called. */
    private record Bare(Tool tool, AtomicInteger now, AtomicInteger most) implements CallLine {
        @Override
        public Effects atMost(String name) {
            return tool.atMost();
        }

        @Override
        public Prepared prepare(ToolCall call, String principal) {
            return new Prepared.Ready(
                    tool, call.arguments(), tool.effects(call.arguments()), List.of());
        }

        @Override
        public ToolOutcome run(
                Prepared.Ready ready, ToolContext context, boolean skipCache, Runnable ended) {
            most.accumulateAndGet(now.incrementAndGet(), Math::max);
            try {
                return new ToolOutcome.Done(
                        tool.call(ready.arguments(), context),
                        ToolOutcome.Source.CALLED,
                        List.of());
            } catch (Exception e) {
                return new ToolOutcome.Failed(ToolOutcome.Reason.FAILED, "" + e.getMessage());
            } finally {
                now.decrementAndGet();
                ended.run();
            }
        }
    }

    /**
     * @param nanos it took
     * @param together most calls that were under way at a time
     */
    record Took(long nanos, int together) {}

    Took run(List<ToolCall> calls, int concurrency) throws InterruptedException {
        most.set(0);
        var options = BatchOptions.of("bench").withConcurrency(concurrency);
        long begun = System.nanoTime();
        List<ToolOutcome> outcomes = executor.executeBatch(calls, options);
        long took = System.nanoTime() - begun;
        for (ToolOutcome outcome : outcomes) {
            if (!(outcome instanceof ToolOutcome.Done)) {
                throw new BenchException("A call failed: " + outcome);
            }
        }
        return new Took(took, most.get());
    }

    /**
     * A random graph: each call needs results of some before it.
     *
     * @param tasks the same without names
     * @param critical the longest chain, in microseconds
     * @param work all calls together
     */
    record Graph(List<ToolCall> calls, List<OrderSearch.Task> tasks, long critical, long work) {
        static Graph of(Random random, int size) {
            var calls = new ArrayList<ToolCall>();
            var tasks = new ArrayList<OrderSearch.Task>();
            long[] end = new long[size];
            long work = 0;
            long critical = 0;
            for (int i = 0; i < size; i++) {
                int micros = 20_000 + random.nextInt(60_000);
                ObjectNode arguments = JSON.objectNode().put("micros", micros);
                var needs = new ArrayList<Integer>();
                long begin = 0;
                for (int need = random.nextInt(3); need > 0 && i > 0; need--) {
                    int before = random.nextInt(i);
                    arguments.put("need" + need, "$" + (before + 1));
                    needs.add(before);
                    begin = Math.max(begin, end[before]);
                }
                end[i] = begin + micros;
                work += micros;
                critical = Math.max(critical, end[i]);
                // Tools differ in how long they take, which is learned of each.
                calls.add(new ToolCall("c" + i, "sleep-" + micros / SPREAD, arguments));
                tasks.add(new OrderSearch.Task(micros, needs));
            }
            return new Graph(calls, tasks, critical, work);
        }

        /** The same with what is known of each beforehand: how long its tool takes on average. */
        List<OrderSearch.Task> averages() {
            return tasks.stream()
                    .map(task ->
                            new OrderSearch.Task(
                                    task.micros() / SPREAD * SPREAD + SPREAD / 2, task.needs()))
                    .toList();
        }

        /** No order is faster with so many places; whether one is as fast is another matter. */
        long atLeastMicros(int concurrency) {
            return Math.max(critical, work / concurrency);
        }
    }
}
