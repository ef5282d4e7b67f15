package dev.vivace.select;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Gives tools of which little is known a chance, in the manner of Thompson: scores are drawn, and
 * the less is known of a tool the wider. Draws follow from the seed and their number. Thread-safe.
 */
final class Exploration {
    private static final long STEP = 0x9E3779B97F4A7C15L;

    private final double rate;
    private final long seed;
    private final AtomicLong draws = new AtomicLong();

    /**
     * @param rate by what part a tool's score may rise, and how often one is shown that was not
     *     asked for; 0 for never
     */
    Exploration(double rate, long seed) {
        this.rate = rate;
        this.seed = seed;
    }

    /**
     * The best by a draw; after them, or in the last place if there is no room, at the rate, one
     * that is not among them.
     *
     * @param scores changed
     */
    int[] top(float[] scores, float[] doubts, int most) {
        long draw = mix(seed + STEP * draws.incrementAndGet());
        for (int i = 0; i < scores.length && rate > 0; i++) {
            scores[i] *= (float) (1 + rate * doubts[i] * uniform(draw, i));
        }
        int[] top = Top.of(scores, most);
        boolean room = top.length < most;
        return (room || most > 1) && uniform(draw, -1) < rate
                ? visited(top, room, doubts, mix(draw))
                : top;
    }

    private static int[] visited(int[] top, boolean room, float[] doubts, long draw) {
        float[] chances = new float[doubts.length];
        for (int i = 0; i < chances.length; i++) {
            chances[i] = (float) (doubts[i] * uniform(draw, i));
        }
        for (int tool : top) {
            chances[tool] = 0;
        }
        int[] visitor = Top.of(chances, 1);
        if (visitor.length == 0) {
            return top;
        }
        int[] shown = Arrays.copyOf(top, room ? top.length + 1 : top.length);
        shown[shown.length - 1] = visitor[0];
        return shown;
    }

    /** From 0 to 1. */
    private static double uniform(long draw, int i) {
        return (mix(draw + STEP * i) >>> 11) * 0x1p-53;
    }

    /** The finaliser of SplitMix64 (Steele, Lea, Flood, OOPSLA 2014). */
    private static long mix(long z) {
        long y = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
        long x = (y ^ y >>> 27) * 0x94D049BB133111EBL;
        return x ^ x >>> 31;
    }
}
