package dev.vivace.select;

import java.util.Arrays;

/** The best of many, without sorting them all. */
final class Top {
    private Top() {}

    /**
     * Those with the highest scores above 0, best first; of equals the one with the lower number.
     */
    static int[] of(float[] scores, int most) {
        int[] best = new int[Math.min(most, scores.length)];
        int found = 0;
        for (int i = 0; i < scores.length; i++) {
            float score = scores[i]; // Somebody else's embedder may say NaN.
            if (!(score > 0)
                    || found == best.length && (found == 0 || score <= scores[best[found - 1]])) {
                continue;
            }
            int at = found < best.length ? found++ : found - 1;
            while (at > 0 && scores[best[at - 1]] < score) {
                best[at] = best[at - 1];
                at--;
            }
            best[at] = i;
        }
        return Arrays.copyOf(best, found);
    }
}
