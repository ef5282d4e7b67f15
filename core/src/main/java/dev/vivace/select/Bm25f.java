package dev.vivace.select;

import dev.vivace.select.ToolText.Field;
import dev.vivace.tool.ToolDefinition;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;

/**
 * BM25 over fields (Robertson, Zaragoza, Taylor, Simple BM25 extension to multiple weighted fields,
 * CIKM 2004): how often a word stands in a field is weighted and added up before it saturates, so
 * that a word in three fields does not count three times.
 *
 * <p>All that does not depend on the request is computed here, once, and a request only adds up.
 */
final class Bm25f {
    /** Where it saturates. Of the books; not tuned. */
    private static final double K1 = 1.2;

    /**
     * How much long fields are held against a tool. Tuned: .75 of the books is half a point worse.
     */
    private static final double LENGTH = 0.3;

    /**
     * What another word of the same meaning is worth. Tuned; without, MetaTool is 3 points worse.
     */
    private static final float SYNONYM = 0.5f;

    private final List<Map<String, double[]>> counts = new ArrayList<>();
    private final double[][] lengths;
    private final double[] averages = new double[Field.values().length];
    private final Map<String, Map<Integer, Float>> weights = new HashMap<>();

    private Bm25f(List<ToolDefinition> tools, boolean withSchema) {
        lengths = new double[tools.size()][averages.length];
        for (int i = 0; i < tools.size(); i++) {
            counts.add(count(ToolText.of(tools.get(i), withSchema), lengths[i]));
            for (int f = 0; f < averages.length; f++) {
                averages[f] += lengths[i][f] / tools.size();
            }
        }
    }

    /** The postings of each stem that can be asked for. */
    static Map<String, Postings> index(List<ToolDefinition> tools, boolean withSchema) {
        var all = new Bm25f(tools, withSchema);
        all.weigh();
        return all.withSynonyms();
    }

    private static Map<String, double[]> count(ToolText text, double[] lengths) {
        var counts = new HashMap<String, double[]>();
        for (Field field : Field.values()) {
            Collection<String> words = Words.of(text.get(field), ToolText.LONGEST);
            if (field.once()) {
                words = new HashSet<>(words);
            }
            for (String word : words) {
                counts.computeIfAbsent(word, any -> new double[lengths.length])[field.ordinal()]++;
            }
            lengths[field.ordinal()] = words.size();
        }
        return counts;
    }

    private void weigh() {
        var tools = new HashMap<String, Integer>();
        counts.forEach(each -> each.keySet().forEach(word -> tools.merge(word, 1, Integer::sum)));
        for (int i = 0; i < counts.size(); i++) {
            int tool = i;
            counts.get(tool)
                    .forEach((word, found) -> {
                        double often = often(found, lengths[tool]);
                        double weight =
                                rarity(counts.size(), tools.getOrDefault(word, 1))
                                        * often
                                        * (K1 + 1)
                                        / (often + K1);
                        weights.computeIfAbsent(word, any -> new HashMap<>())
                                .put(tool, (float) weight);
                    });
        }
    }

    private double often(double[] found, double[] lengths) {
        double sum = 0;
        for (Field field : Field.values()) {
            int f = field.ordinal();
            if (found[f] > 0) {
                sum += field.weight() * found[f] / (1 - LENGTH + LENGTH * lengths[f] / averages[f]);
            }
        }
        return sum;
    }

    /** What a word is worth that stands with so many of all. */
    static double rarity(int all, int with) {
        return Math.log1p((Math.max(0, all - with) + 0.5) / (with + 0.5));
    }

    /** A word of the same meaning counts where the word itself does not stand, or counts less. */
    private Map<String, Postings> withSynonyms() {
        var postings = new HashMap<String, Postings>();
        weights.forEach((word, own) -> postings.put(word, Postings.of(own)));
        Synonyms.all()
                .forEach((word, others) -> {
                    var merged = new HashMap<>(weights.getOrDefault(word, Map.of()));
                    for (String other : others) {
                        weights.getOrDefault(other, Map.of())
                                .forEach((tool, weight) ->
                                        merged.merge(tool, SYNONYM * weight, Math::max));
                    }
                    if (!merged.isEmpty()) {
                        postings.put(word, Postings.of(merged));
                    }
                });
        return postings;
    }
}
