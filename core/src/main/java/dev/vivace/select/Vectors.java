package dev.vivace.select;

import dev.vivace.tool.ToolDefinition;
import java.util.List;

/** Where tools and requests lie; the nearer, the more they have to do with each other. */
final class Vectors {
    /**
     * Of reciprocal rank fusion (Cormack, Clarke, Büttcher, SIGIR 2009): the smaller, the more the
     * first places count.
     */
    private static final float RANK = 60;

    private final Embedder embedder;
    private final float[][] tools;

    /** Embeds all tools, which may take a while. */
    Vectors(Embedder embedder, List<ToolDefinition> tools) {
        this.embedder = embedder;
        this.tools = new float[tools.size()][];
        for (int i = 0; i < this.tools.length; i++) {
            var tool = tools.get(i);
            this.tools[i] = normal(embedder.embed(tool.name() + "\n" + tool.description()));
        }
    }

    int size() {
        return tools.length;
    }

    /** The cosine with each tool. */
    float[] similarities(String request) {
        float[] vector = normal(embedder.embed(request));
        float[] similarities = new float[tools.length];
        for (int i = 0; i < tools.length; i++) {
            similarities[i] = product(tools[i], vector);
        }
        return similarities;
    }

    private static float[] normal(float[] vector) {
        float length = (float) Math.sqrt(product(vector, vector));
        float[] normal = vector.clone();
        for (int i = 0; i < normal.length && length > 0; i++) {
            normal[i] /= length;
        }
        return normal;
    }

    private static float product(float[] a, float[] b) {
        if (a.length != b.length) {
            throw new IllegalStateException(
                    "the embedder makes vectors of %d and of %d numbers"
                            .formatted(a.length, b.length));
        }
        float sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    /** Scores by the places that each has in both rankings; what is in neither has 0. */
    static float[] fuse(float[] some, float[] others) {
        float[] fused = new float[some.length];
        addPlaces(some, fused);
        addPlaces(others, fused);
        return fused;
    }

    private static void addPlaces(float[] scores, float[] fused) {
        int[] order = Top.of(scores, Math.min(scores.length, 200));
        for (int place = 0; place < order.length; place++) {
            fused[order[place]] += 1 / (RANK + place + 1);
        }
    }
}
