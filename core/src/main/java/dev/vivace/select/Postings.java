package dev.vivace.select;

import java.util.Map;
import java.util.TreeMap;

/**
 * What a term says for which tools.
 *
 * @param tools their numbers, rising
 * @param weights what the term adds to the score of each
 */
record Postings(int[] tools, float[] weights) {
    static Postings of(Map<Integer, Float> weights) {
        var sorted = new TreeMap<>(weights);
        int[] tools = new int[sorted.size()];
        float[] values = new float[tools.length];
        int i = 0;
        for (var entry : sorted.entrySet()) {
            tools[i] = entry.getKey();
            values[i++] = entry.getValue();
        }
        return new Postings(tools, values);
    }

    void addTo(float[] scores) {
        for (int i = 0; i < tools.length; i++) {
            scores[tools[i]] += weights[i];
        }
    }
}
