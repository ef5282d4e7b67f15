package dev.vivace.bench;

import dev.vivace.select.SelectorOptions;
import dev.vivace.select.ToolIndex;
import dev.vivace.select.ToolSelector;
import dev.vivace.tool.ToolDefinition;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** How long it takes among a thousand tools. JMH knows better; this is for a look. */
record SelectSpeed(
        double rankMicros, double selectMicros, double cachedMicros, double indexMillis) {
    private static final int TOOLS = 1_000;
    private static final int REQUESTS = 2_000;
    private static final int ROUNDS = 5;

    static SelectSpeed of(SelectData... all) {
        var tools = tools(all);
        var requests =
                Stream.of(all)
                        .flatMap(data -> data.questions().stream().limit(REQUESTS / all.length))
                        .map(SelectData.Question::request)
                        .toList();
        double[] building = new double[ROUNDS];
        for (int i = 0; i < ROUNDS; i++) {
            long start = System.nanoTime();
            ToolIndex.of(tools);
            building[i] = (System.nanoTime() - start) / 1e6;
        }
        var index = ToolIndex.of(tools);
        double rank = median(requests, ROUNDS, request -> index.rank(request, Recall.DEEP));
        var selector = new ToolSelector(SelectorOptions.DEFAULTS);
        // A new selector has seen no request, but its code has been run.
        var warm = new ToolSelector(SelectorOptions.DEFAULTS);
        warm.select("s", tools, "");
        median(requests, 1, request -> warm.select("s", tools, request));
        selector.select("s", tools, "");
        double select = median(requests, 1, request -> selector.select("s", tools, request));
        var few = requests.subList(0, 500);
        few.forEach(request -> selector.select("s", tools, request));
        double cached = median(few, ROUNDS, request -> selector.select("s", tools, request));
        Arrays.sort(building);
        return new SelectSpeed(rank, select, cached, building[ROUNDS / 2]);
    }

    /** The given ones, again and again under other names, until there are enough. */
    static List<ToolDefinition> tools(SelectData... all) {
        var given = Stream.of(all).flatMap(data -> data.tools().stream()).toList();
        var tools = new ArrayList<ToolDefinition>();
        for (int i = 0; i < TOOLS; i++) {
            var tool = given.get(i % given.size());
            tools.add(
                    new ToolDefinition(tool.name() + "_v" + i, tool.description(), tool.schema()));
        }
        return List.copyOf(tools);
    }

    private static double median(List<String> requests, int rounds, Consumer<String> work) {
        long[] nanos = new long[requests.size()];
        for (int round = 0; round < rounds; round++) {
            for (int i = 0; i < nanos.length; i++) {
                long start = System.nanoTime();
                work.accept(requests.get(i));
                nanos[i] = System.nanoTime() - start;
            }
        }
        Arrays.sort(nanos);
        return nanos[nanos.length / 2] / 1e3;
    }
}
