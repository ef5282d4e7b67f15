package dev.vivace.select;

import dev.vivace.tool.ToolDefinition;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Tools, ranked for a request by the words that they share: BM25F over name, description, names of
 * parameters, values of enumerations and descriptions of parameters, on stems, with a short list of
 * synonyms.
 *
 * <p>Three parameters were tuned, by hand and in coarse steps, on MetaTool and on the pooled
 * functions of BFCL live_multiple together: how much length counts, what a synonym is worth, and
 * what an enumeration's value is worth. The list of synonyms and of words that say nothing was
 * written with both at hand. Other weights are round numbers that nobody looked for.
 *
 * <p>Immutable. A ranking takes tens of microseconds for a thousand tools; making the index takes
 * some hundred microseconds for each tool.
 */
public final class ToolIndex {
    /** Characters of a request that are looked at. */
    static final int LONGEST_REQUEST = 8_192;

    private final List<ToolDefinition> tools;
    private final Map<String, Integer> numbers = new HashMap<>();
    private final Map<String, Postings> postings;

    private ToolIndex(List<ToolDefinition> tools, boolean withSchema) {
        this.tools = List.copyOf(tools);
        for (int i = 0; i < this.tools.size(); i++) {
            String name = this.tools.get(i).name();
            if (numbers.put(name, i) != null) {
                throw new IllegalArgumentException("two tools have the name " + name);
            }
        }
        this.postings = Bm25f.index(this.tools, withSchema);
    }

    /**
     * Of definitions with all that they say.
     *
     * @throws IllegalArgumentException if two have the same name
     */
    public static ToolIndex of(List<ToolDefinition> tools) {
        return new ToolIndex(tools, true);
    }

    /**
     * Of names and descriptions alone, to see what the rest is worth.
     *
     * @throws IllegalArgumentException if two have the same name
     */
    public static ToolIndex withoutParameters(List<ToolDefinition> tools) {
        return new ToolIndex(tools, false);
    }

    /** A tool and its score, which can be compared within one ranking. */
    public record Ranked(ToolDefinition tool, double score) {}

    /**
     * At most so many tools that have to do with the request, best first; of equals the earlier.
     */
    public List<Ranked> rank(String request, int most) {
        float[] scores = scores(terms(request));
        var ranked = new ArrayList<Ranked>();
        for (int tool : Top.of(scores, most)) {
            ranked.add(new Ranked(tools.get(tool), scores[tool]));
        }
        return ranked;
    }

    /** In the order in which they were given. */
    public List<ToolDefinition> tools() {
        return tools;
    }

    /** What a request is about. */
    static Set<String> terms(String request) {
        return new LinkedHashSet<>(Words.of(request, LONGEST_REQUEST));
    }

    float[] scores(Collection<String> terms) {
        float[] scores = new float[tools.size()];
        for (String term : terms) {
            var found = postings.get(term);
            if (found != null) {
                found.addTo(scores);
            }
        }
        return scores;
    }

    /** The number of a tool of this name, or -1. */
    int number(String name) {
        return numbers.getOrDefault(name, -1);
    }
}
