package dev.vivace.micro;

import dev.vivace.select.LearnedRanking;
import dev.vivace.select.Selection;
import dev.vivace.select.SelectorOptions;
import dev.vivace.select.ToolIndex;
import dev.vivace.select.ToolSelector;
import dev.vivace.tool.ToolDefinition;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Selection among 1,000 tools of some 40 words, for requests of 20, after 1,000 feedbacks. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 3, time = 2)
@Fork(1)
public class SelectBenchmark {
    private static final int TOOLS = 1_000;
    private static final int KNOWN = 500;

    /** More than are kept, so that each is new when it comes again. */
    private static final int NEW = 20_000;

    private final Random random = new Random(1);
    private final LearnedRanking learned = new LearnedRanking();
    private final ToolSelector selector = new ToolSelector(SelectorOptions.DEFAULTS, learned);
    private final List<String> requests = new ArrayList<>();
    private List<ToolDefinition> tools = List.of();
    private ToolIndex index = ToolIndex.of(tools);
    private int next;

    @Setup
    public void fill() {
        var all = new ArrayList<ToolDefinition>();
        for (int i = 0; i < TOOLS; i++) {
            ObjectNode schema = JsonMapper.shared().createObjectNode();
            ObjectNode properties = schema.putObject("properties");
            for (int p = 0; p < 4; p++) {
                properties.putObject(words(1) + p).put("description", words(5));
            }
            all.add(new ToolDefinition(words(1) + "_" + i, words(15), schema));
        }
        tools = List.copyOf(all);
        index = ToolIndex.of(tools);
        for (int i = 0; i < NEW; i++) {
            requests.add(words(20));
        }
        for (int i = 0; i < 1_000; i++) {
            learned.feedback(words(20), tools.get(random.nextInt(TOOLS)).name(), i % 4 != 0);
        }
    }

    /** Few words are frequent and many are rare, as in any language. */
    private String words(int count) {
        var text = new StringBuilder();
        for (int i = 0; i < count; i++) {
            int word = (int) (3_000 * Math.pow(random.nextDouble(), 3));
            text.append(i == 0 ? "" : " ").append("word").append(Integer.toString(word, 26));
        }
        return text.toString();
    }

    @Benchmark
    public List<ToolIndex.Ranked> rank() {
        return index.rank(requests.get(next++ % NEW), 10);
    }

    @Benchmark
    public Selection selectNew() {
        return selector.select("session", tools, requests.get(next++ % NEW));
    }

    @Benchmark
    public Selection selectKnown() {
        return selector.select("session", tools, requests.get(next++ % KNOWN));
    }
}
